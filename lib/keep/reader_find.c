/* Where a replay begins. */
#include <errno.h>

#include "disk.h"
#include "keep/reader_parts.h"
#include "keep/remember.h"

/* In each: 1 where a block with such a time was found, the number before it in *ret. */

static int find_in_directory(int fd, int64_t since, uint64_t *ret)
{
	struct keep_directory d = { 0 };
	int r = keep_directory_read(fd, (struct str){ 0 }, &d);
	for (size_t i = 0; r == 0 && i < d.count; i++) {
		if (d.blocks[i].time_last < since)
			continue;
		*ret = d.blocks[i].first - 1;
		r = 1;
	}
	keep_directory_free(&d);
	return r;
}

static int find_in_headers(int fd, uint64_t first, int64_t since, uint64_t *ret)
{
	struct keep_walk walk = { .fd = fd, .next = first };
	int r;
	while ((r = keep_walk_header(&walk)) == 1 || r == -EBADMSG) {
		if (r == 1 && walk.header.count && walk.header.time_last >= since) {
			*ret = walk.header.first - 1;
			return 1;
		}
		if (r == 1)
			keep_walk_pass(&walk);
	}
	return r;
}

static int find_in_segment(
	struct keep_reader *r, const struct keep_segment *s, int64_t since, uint64_t *ret)
{
	int fd = keep_segment_open(r->folder, s);
	if (fd < 0)
		return fd;
	int result = s->sealed ? find_in_directory(fd, since, ret) : -EBADMSG;
	if (result == -EBADMSG)
		result = find_in_headers(fd, s->first, since, ret);
	disk_close(fd);
	return result;
}

int keep_reader_find(struct keep_reader *r, int64_t since, uint64_t *ret)
{
	uint64_t found = 0;
	int result = keep_reader_look(r);
	if (!result)
		result = keep_segments_list(r->folder, &r->segments);
	for (size_t i = 0; !result && i < r->segments.count; i++) {
		result = find_in_segment(r, &r->segments.all[i], since, &found);
		if (result == -ENOENT)
			return keep_reader_find(r, since, ret);
	}
	if (result < 0)
		return result;
	*ret = result && found < r->limit ? found : r->limit;
	return 0;
}

int keep_reader_schemas(struct keep_reader *r, uint64_t number, struct buffer *ret)
{
	struct keep_memory memory = { 0 };
	int result = keep_segments_list(r->folder, &r->segments);
	if (!result)
		result = keep_remember(r->folder, &r->segments, number, &memory);
	if (result == -ENOENT) {
		keep_forget(&memory);
		return keep_reader_schemas(r, number, ret);
	}
	if (!result)
		keep_identities_schemas(memory.identities, r->query.source, ret);
	keep_forget(&memory);
	return result;
}
