#include "keep/directory.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "crc32c.h"
#include "disk.h"
#include "keep/packed.h"
#include "series.h"

/* [[source, ...], [[offset, first, time_last, arrived_last, [index of source, ...]], ...]] */

struct name {
	uint32_t index, block; /* both from 1: the last block that was said to hold it */
};

struct keep_directory_writer {
	struct series *names;
	struct buffer sources, blocks, block; /* MessagePack, without the arrays' headers */
	uint32_t block_count, block_sources;
};

struct keep_directory_writer *keep_directory_begin(void)
{
	struct keep_directory_writer *d = allocate(1, sizeof(*d));
	d->names = series_open(sizeof(struct name), SIZE_MAX, NULL);
	return d;
}

void keep_directory_source(struct keep_directory_writer *d, struct str source)
{
	bool is_new;
	struct name *name = series_get(d->names, source, &is_new);
	if (is_new) {
		name->index = (uint32_t)series_count(d->names);
		wire_bin(&d->sources, source);
	}
	if (name->block == d->block_count + 1)
		return;
	name->block = d->block_count + 1;
	wire_uint(&d->block, name->index - 1);
	d->block_sources++;
}

void keep_directory_block(
	struct keep_directory_writer *d, uint64_t offset, const struct keep_header *h)
{
	wire_array(&d->blocks, 5);
	wire_uint(&d->blocks, offset);
	wire_uint(&d->blocks, h->first);
	wire_uint(&d->blocks, (uint64_t)h->time_last);
	wire_uint(&d->blocks, (uint64_t)h->arrived_last);
	wire_array(&d->blocks, d->block_sources);
	buffer_add_str(&d->blocks, buffer_str(&d->block));
	d->block.len = d->block_sources = 0;
	d->block_count++;
}

static void add_block(struct buffer *ret, struct keep_header *h, size_t start)
{
	h->len = (uint32_t)(ret->len - start - KEEP_HEADER_SIZE);
	h->crc = crc32c(0, ret->data + start + KEEP_HEADER_SIZE, h->len);
	keep_header_write(h, ret->data + start);
}

int keep_directory_end(
	struct keep_directory_writer *d, uint64_t offset, uint64_t next, struct buffer *ret)
{
	struct keep_header directory = {
		.kind = KEEP_DIRECTORY, .first = next, .synced = next - 1
	};
	struct keep_header trailer = { .kind = KEEP_TRAILER, .first = offset };
	struct buffer plain = { 0 };
	size_t start = ret->len;
	wire_array(&plain, 2);
	wire_array(&plain, (uint32_t)series_count(d->names));
	buffer_add_str(&plain, buffer_str(&d->sources));
	wire_array(&plain, d->block_count);
	buffer_add_str(&plain, buffer_str(&d->blocks));
	buffer_reserve(ret, KEEP_HEADER_SIZE);
	ret->len += KEEP_HEADER_SIZE;
	int r = keep_pack(buffer_str(&plain), ret);
	buffer_free(&plain);
	if (r)
		return r;
	add_block(ret, &directory, start);
	keep_header_write(&trailer, buffer_reserve(ret, KEEP_HEADER_SIZE));
	ret->len += KEEP_HEADER_SIZE;
	return 0;
}

void keep_directory_writer_free(struct keep_directory_writer *d)
{
	series_close(d->names);
	buffer_free(&d->sources);
	buffer_free(&d->blocks);
	buffer_free(&d->block);
	free(d);
}
