/* What keeps write for themselves: MessagePack, packed by zstd. All 0, or -EBADMSG where it is not
 * what was expected. Only for lib/keep*.c. */
#ifndef DUTO_KEEP_PACKED_H
#define DUTO_KEEP_PACKED_H

#include "buffer.h"
#include "wire.h"

int keep_pack(struct str plain, struct buffer *ret);
int keep_unpack(struct str packed, struct buffer *ret);

int keep_take_array(struct cursor *c, uint32_t *ret_size);
int keep_take_uint(struct cursor *c, uint64_t *ret);
int keep_take_bytes(struct cursor *c, struct str *ret);

#endif
