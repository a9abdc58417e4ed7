#include "keep/packed.h"

#include <errno.h>
#include <zstd.h>

enum { LEVEL = 1 };
static const unsigned long long PLAIN_MAX = 1 << 30;

int keep_pack(struct str plain, struct buffer *ret)
{
	size_t room = ZSTD_compressBound(plain.len);
	size_t n = ZSTD_compress(buffer_reserve(ret, room), room, plain.data, plain.len, LEVEL);
	if (ZSTD_isError(n))
		return -ENOMEM;
	ret->len += n;
	return 0;
}

int keep_unpack(struct str packed, struct buffer *ret)
{
	unsigned long long len = ZSTD_getFrameContentSize(packed.data, packed.len);
	if (len > PLAIN_MAX)
		return -EBADMSG;
	uint8_t *to = buffer_reserve(ret, len + 1);
	if (ZSTD_decompress(to, len, packed.data, packed.len) != len)
		return -EBADMSG;
	ret->len += len;
	return 0;
}
