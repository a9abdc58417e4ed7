/* What keeps write for themselves: MessagePack, packed by zstd. All 0, or -EBADMSG where it is not
 * what was expected. Only for lib/keep. */
#ifndef DUTO_KEEP_PACKED_H
#define DUTO_KEEP_PACKED_H

#include <errno.h>

#include "buffer.h"
#include "wire.h"

int keep_pack(struct str plain, struct buffer *ret);
int keep_unpack(struct str packed, struct buffer *ret);

static inline int keep_take_array(struct cursor *c, uint32_t *ret_size)
{
	return wire_next_array(c, ret_size) == 1 ? 0 : -EBADMSG;
}

static inline int keep_take_uint(struct cursor *c, uint64_t *ret)
{
	return wire_next_uint(c, ret) == 1 ? 0 : -EBADMSG;
}

static inline int keep_take_bytes(struct cursor *c, struct str *ret)
{
	return wire_next_bin(c, ret) == 1 ? 0 : -EBADMSG;
}

#endif
