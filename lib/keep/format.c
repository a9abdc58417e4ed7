#include "keep/format.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "crc32c.h"

const uint8_t keep_magic[KEEP_MAGIC_SIZE] = { 'D', 't', 'K', 'B' };
static const uint8_t head_magic[KEEP_MAGIC_SIZE] = { 'D', 't', 'K', 'H' };

static void put32(uint8_t **at, uint32_t v)
{
	v = htole32(v);
	memcpy(*at, &v, sizeof(v));
	*at += sizeof(v);
}

static void put64(uint8_t **at, uint64_t v)
{
	v = htole64(v);
	memcpy(*at, &v, sizeof(v));
	*at += sizeof(v);
}

static uint32_t take32(const uint8_t **at)
{
	uint32_t v;
	memcpy(&v, *at, sizeof(v));
	*at += sizeof(v);
	return le32toh(v);
}

static uint64_t take64(const uint8_t **at)
{
	uint64_t v;
	memcpy(&v, *at, sizeof(v));
	*at += sizeof(v);
	return le64toh(v);
}

void keep_header_write(const struct keep_header *h, uint8_t to[KEEP_HEADER_SIZE])
{
	uint8_t *at = to + sizeof(keep_magic);
	memcpy(to, keep_magic, sizeof(keep_magic));
	put32(&at, KEEP_VERSION | (uint32_t)h->kind << 8 | h->flags << 16);
	put32(&at, h->len);
	put32(&at, h->crc);
	put64(&at, h->first);
	put32(&at, h->count);
	put32(&at, h->raw_len);
	put64(&at, (uint64_t)h->arrived_first);
	put64(&at, (uint64_t)h->arrived_last);
	put64(&at, (uint64_t)h->time_first);
	put64(&at, (uint64_t)h->time_last);
	put64(&at, h->synced);
	put32(&at, 0);
	put32(&at, crc32c(0, to, KEEP_HEADER_SIZE - 4));
}

/* Whether the bytes end in the CRC of those before it. */
static bool is_sound(const uint8_t *from, size_t len, const uint8_t magic[KEEP_MAGIC_SIZE])
{
	const uint8_t *at = from + len - 4;
	return memcmp(from, magic, KEEP_MAGIC_SIZE) == 0 && take32(&at) == crc32c(0, from, len - 4);
}

int keep_header_read(struct keep_header *ret, const uint8_t from[KEEP_HEADER_SIZE])
{
	const uint8_t *at = from + sizeof(keep_magic);
	if (!is_sound(from, KEEP_HEADER_SIZE, keep_magic))
		return -EBADMSG;
	uint32_t kind = take32(&at);
	ret->kind = kind >> 8 & 0xff;
	ret->flags = kind >> 16;
	ret->len = take32(&at);
	ret->crc = take32(&at);
	ret->first = take64(&at);
	ret->count = take32(&at);
	ret->raw_len = take32(&at);
	ret->arrived_first = (int64_t)take64(&at);
	ret->arrived_last = (int64_t)take64(&at);
	ret->time_first = (int64_t)take64(&at);
	ret->time_last = (int64_t)take64(&at);
	ret->synced = take64(&at);
	if ((kind & 0xff) > KEEP_VERSION)
		return -ENOTSUP;
	return (kind & 0xff) != KEEP_VERSION || ret->len > KEEP_PAYLOAD_MAX ? -EBADMSG : 0;
}

void keep_head_write(const struct keep_head *h, uint8_t to[KEEP_HEAD_SIZE])
{
	uint8_t *at = to + sizeof(head_magic);
	memcpy(to, head_magic, sizeof(head_magic));
	put32(&at, KEEP_VERSION);
	put64(&at, h->visible);
	put64(&at, h->counter);
	put32(&at, h->ended);
	put32(&at, crc32c(0, to, KEEP_HEAD_SIZE - 4));
}

int keep_head_read(struct keep_head *ret, const uint8_t from[KEEP_HEAD_SIZE])
{
	const uint8_t *at = from + sizeof(head_magic);
	if (!is_sound(from, KEEP_HEAD_SIZE, head_magic) || take32(&at) != KEEP_VERSION)
		return -EBADMSG;
	ret->visible = take64(&at);
	ret->counter = take64(&at);
	ret->ended = take32(&at);
	return 0;
}
