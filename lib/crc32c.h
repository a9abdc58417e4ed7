/* CRC32C (Castagnoli; RFC 3720, appendix B.4): polynomial 0x1EDC6F41, reflected. */
#ifndef DUTO_CRC32C_H
#define DUTO_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from crc, that of the bytes before; 0 to begin with. */
uint32_t crc32c(uint32_t crc, const void *data, size_t len);

/* The same without the processor's instruction, for processors that have none, and for tests. */
uint32_t crc32c_table(uint32_t crc, const void *data, size_t len);

#endif
