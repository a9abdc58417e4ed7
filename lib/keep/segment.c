#include "keep/segment.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "allocate.h"
#include "crc32c.h"
#include "disk.h"

void keep_segment_name(const struct keep_segment *s, char name[KEEP_FILE_NAME_SIZE])
{
	snprintf(name, KEEP_FILE_NAME_SIZE, "%020" PRIu64 ".%s", s->first,
		s->sealed ? "sealed" : "log");
}

int keep_segment_open(int folder, const struct keep_segment *s)
{
	char name[KEEP_FILE_NAME_SIZE];
	keep_segment_name(s, name);
	return disk_open(folder, name, DISK_READ);
}

void keep_segments_add(struct keep_segments *s, struct keep_segment segment)
{
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 16;
		s->all = reallocate(s->all, s->room, sizeof(*s->all));
	}
	s->all[s->count++] = segment;
}

/* Takes the names that keep_segment_name gives, and no others. */
static int add_name(const char *name, void *context)
{
	struct keep_segment s = { 0 };
	char again[KEEP_FILE_NAME_SIZE];
	if (strlen(name) < 22 || sscanf(name, "%20" SCNu64, &s.first) != 1)
		return 0;
	s.sealed = strcmp(name + 20, ".sealed") == 0;
	keep_segment_name(&s, again);
	if (strcmp(name, again) == 0)
		keep_segments_add(context, s);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct keep_segment *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return y->sealed - x->sealed;
}

int keep_segments_list(int folder, struct keep_segments *s)
{
	size_t kept = 0;
	s->count = 0;
	int r = disk_list(folder, add_name, s);
	if (r)
		return r;
	if (s->count)
		qsort(s->all, s->count, sizeof(*s->all), by_number);
	for (size_t i = 0; i < s->count; i++)
		if (!kept || s->all[kept - 1].first != s->all[i].first)
			s->all[kept++] = s->all[i];
	s->count = kept;
	return 0;
}

size_t keep_segments_find(const struct keep_segments *s, uint64_t number)
{
	size_t low = 0, high = s->count;
	while (low + 1 < high) {
		size_t middle = (low + high) / 2;
		*(s->all[middle].first <= number ? &low : &high) = middle;
	}
	return low;
}

uint64_t keep_segments_behind(const struct keep_segments *s, size_t i)
{
	return i + 1 < s->count ? s->all[i + 1].first : UINT64_MAX;
}

/* A head that is just being written does not add up: it is read again. */
int keep_head_load(int fd, struct keep_head *ret)
{
	enum { ATTEMPTS = 100 };
	uint8_t bytes[KEEP_HEAD_SIZE];
	for (int i = 0; i < ATTEMPTS && fd >= 0; i++) {
		ssize_t n = disk_read(fd, bytes, sizeof(bytes), 0);
		if (n < 0)
			return (int)n;
		if (n == sizeof(bytes) && keep_head_read(ret, bytes) == 0)
			return 0;
	}
	return -EBADMSG;
}

const char *keep_error(int error)
{
	return error == -ENOTSUP
		       ? "holds blocks of a newer format than this program knows: nothing is touched"
		       : strerror(-error);
}

int keep_block_header(int fd, uint64_t offset, struct keep_header *ret)
{
	uint8_t bytes[KEEP_HEADER_SIZE];
	ssize_t n = disk_read(fd, bytes, sizeof(bytes), offset);
	if (n <= 0)
		return (int)n;
	if (n < (ssize_t)sizeof(bytes))
		return -EBADMSG;
	int r = keep_header_read(ret, bytes);
	return r ? r : 1;
}

int keep_block_payload(int fd, uint64_t offset, const struct keep_header *h, struct buffer *ret)
{
	uint8_t *to = buffer_reserve(ret, h->len + (size_t)1);
	ssize_t n = disk_read(fd, to, h->len, offset + KEEP_HEADER_SIZE);
	if (n < 0)
		return (int)n;
	if (n < (ssize_t)h->len || crc32c(0, to, h->len) != h->crc)
		return -EBADMSG;
	ret->len += h->len;
	return 0;
}

static int check_block(int fd, uint64_t offset, struct keep_header *ret, struct buffer *payload)
{
	int r = keep_block_header(fd, offset, ret);
	payload->len = 0;
	if (r == 1)
		r = keep_block_payload(fd, offset, ret, payload);
	return r;
}

int keep_block_find(int fd, uint64_t offset, uint64_t *ret_offset, struct keep_header *ret)
{
	enum { STRETCH = 1 << 16, OVERLAP = KEEP_MAGIC_SIZE - 1 };
	uint8_t stretch[STRETCH];
	struct buffer payload = { 0 };
	ssize_t n;
	int r = -EBADMSG;
	while (r == -EBADMSG && (n = disk_read(fd, stretch, STRETCH, offset)) > OVERLAP) {
		const uint8_t *at = memmem(stretch, (size_t)n, keep_magic, KEEP_MAGIC_SIZE);
		if (!at) {
			offset += (uint64_t)n - OVERLAP;
			continue;
		}
		offset += (uint64_t)(at - stretch);
		r = check_block(fd, offset, ret, &payload);
		*ret_offset = offset++;
	}
	buffer_free(&payload);
	if (r == -EBADMSG)
		return n < 0 ? (int)n : 0;
	return r ? r : 1;
}
