/* FNV-1a, 64 bits (draft-eastlake-fnv): small, and the same for ever; for hashes that are kept. */
#ifndef DUTO_FNV_H
#define DUTO_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t fnv_add(uint64_t hash, const void *data, size_t len)
{
	for (const uint8_t *at = data; len--; at++)
		hash = (hash ^ *at) * 0x100000001b3;
	return hash;
}

#endif
