#include <errno.h>

#include "disk.h"
#include "keep/directory.h"
#include "keep/packed.h"
#include "source.h"

static int read_payload(int fd, struct buffer *ret)
{
	struct keep_header h;
	uint64_t size;
	int r = disk_size(fd, &size);
	if (r)
		return r;
	if (size < KEEP_HEADER_SIZE || keep_block_header(fd, size - KEEP_HEADER_SIZE, &h) != 1 ||
		h.kind != KEEP_TRAILER)
		return -EBADMSG;
	uint64_t offset = h.first;
	if (keep_block_header(fd, offset, &h) != 1 || h.kind != KEEP_DIRECTORY)
		return -EBADMSG;
	return keep_block_payload(fd, offset, &h, ret);
}

/* For each source, whether it is wanted. */
static int read_names(struct cursor *c, struct str source, struct buffer *ret)
{
	uint32_t n;
	struct str name;
	int r = keep_take_array(c, &n);
	for (; !r && n; n--) {
		r = keep_take_bytes(c, &name);
		if (!r)
			buffer_add_char(ret, source_under(name, source));
	}
	return r;
}

static int read_wanted(struct cursor *c, const struct buffer *wanted, bool *ret)
{
	uint32_t n;
	uint64_t index;
	int r = keep_take_array(c, &n);
	for (*ret = false; !r && n; n--) {
		r = keep_take_uint(c, &index);
		if (!r && index >= wanted->len)
			r = -EBADMSG;
		*ret |= !r && wanted->data[index];
	}
	return r;
}

static int read_entry(
	struct cursor *c, const struct buffer *wanted, struct keep_directory_entry *ret)
{
	uint32_t n;
	uint64_t time_last, arrived_last;
	int r = keep_take_array(c, &n);
	if (!r)
		r = keep_take_uint(c, &ret->offset);
	if (!r)
		r = keep_take_uint(c, &ret->first);
	if (!r)
		r = keep_take_uint(c, &time_last);
	if (!r)
		r = keep_take_uint(c, &arrived_last);
	if (r || n != 5)
		return -EBADMSG;
	ret->time_last = (int64_t)time_last;
	ret->arrived_last = (int64_t)arrived_last;
	return read_wanted(c, wanted, &ret->wanted);
}

static int read_entries(struct cursor *c, const struct buffer *wanted, struct keep_directory *ret)
{
	struct buffer entries = { 0 };
	struct keep_directory_entry entry;
	uint32_t n;
	int r = keep_take_array(c, &n);
	for (; !r && n; n--) {
		r = read_entry(c, wanted, &entry);
		if (!r)
			buffer_add(&entries, &entry, sizeof(entry));
	}
	if (r) {
		buffer_free(&entries);
		return r;
	}
	ret->blocks = (struct keep_directory_entry *)entries.data;
	ret->count = entries.len / sizeof(entry);
	return 0;
}

int keep_directory_read(int fd, struct str source, struct keep_directory *ret)
{
	struct buffer packed = { 0 }, plain = { 0 }, wanted = { 0 };
	uint32_t n;
	int r = read_payload(fd, &packed);
	if (!r)
		r = keep_unpack(buffer_str(&packed), &plain);
	struct cursor c = wire_cursor(buffer_str(&plain));
	if (!r)
		r = keep_take_array(&c, &n);
	if (!r)
		r = read_names(&c, source, &wanted);
	if (!r)
		r = read_entries(&c, &wanted, ret);
	buffer_free(&packed);
	buffer_free(&plain);
	buffer_free(&wanted);
	return r;
}

const struct keep_directory_entry *keep_directory_at(
	const struct keep_directory *d, uint64_t offset)
{
	size_t low = 0, high = d->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (d->blocks[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < d->count && d->blocks[low].offset == offset ? &d->blocks[low] : NULL;
}

void keep_directory_free(struct keep_directory *d)
{
	free(d->blocks);
	*d = (struct keep_directory){ 0 };
}
