/* How far a keep can be seen: as far as its writer says, or, where none runs, as far as recovery
 * would go. */
#include <errno.h>

#include "disk.h"
#include "keep/reader_parts.h"
#include "keep/tail.h"

static int open_late(int folder, const char *name, int *fd)
{
	if (*fd < 0)
		*fd = disk_open(folder, name, DISK_READ);
	return *fd >= 0 || *fd == -ENOENT ? 0 : *fd;
}

static int pass_over(void *context, uint64_t from, uint64_t to)
{
	(void)context;
	(void)from;
	(void)to;
	return 0;
}

static int last_of_sealed(int fd, const struct keep_segment *s, uint64_t *ret)
{
	struct keep_walk walk = { .fd = fd, .next = s->first };
	int r;
	while ((r = keep_walk_header(&walk)) == 1 || r == -EBADMSG)
		if (r == 1)
			keep_walk_pass(&walk);
	*ret = walk.next;
	return r;
}

/* 1: nothing in it counts. */
static int scan_segment(struct keep_reader *r, const struct keep_segment *s, uint64_t *ret_next)
{
	struct keep_tail tail = { 0 };
	int fd = keep_segment_open(r->folder, s), result;
	if (fd < 0)
		return fd;
	if (s->sealed)
		result = last_of_sealed(fd, s, ret_next);
	else
		result = keep_tail_scan(fd, s->first, r->limit, &tail, pass_over, NULL);
	if (!result)
		result = disk_sync(fd);
	disk_close(fd);
	if (result || s->sealed)
		return result;
	*ret_next = tail.settled_end ? tail.settled_next : s->first;
	r->scanned_first = s->first;
	r->scanned_size = tail.size;
	return !tail.settled_end;
}

static bool is_scanned(const struct keep_reader *r)
{
	const struct keep_segment *s = &r->segments.all[r->segments.count - 1];
	uint64_t size = 0;
	int fd = s->first == r->scanned_first ? keep_segment_open(r->folder, s) : -1;
	bool same = fd >= 0 && disk_size(fd, &size) == 0 && size == r->scanned_size;
	disk_close(fd);
	return same;
}

/* What is found here is not on disk for sure before it was synced. */
static int scan(struct keep_reader *r, uint64_t *ret_limit)
{
	uint64_t next = 1;
	int result = keep_segments_list(r->folder, &r->segments);
	size_t i = r->segments.count;
	*ret_limit = r->limit;
	if (result || !i || is_scanned(r))
		return result;
	do
		result = scan_segment(r, &r->segments.all[--i], &next);
	while (result == 1 && i);
	if (result < 0)
		return result;
	result = disk_sync_folder(r->folder);
	if (!result && next - 1 > r->limit)
		*ret_limit = next - 1;
	return result;
}

static bool is_written(struct keep_reader *r)
{
	return r->lock_file >= 0 && disk_is_locked(r->lock_file);
}

static int look_at_head(struct keep_reader *r)
{
	struct keep_head head;
	int result = keep_head_load(r->head_file, &head);
	if (result)
		return result == -EBADMSG ? 0 : result;
	if (head.visible > r->limit)
		r->limit = head.visible;
	r->ended = head.ended;
	return 0;
}

static int look_at_segments(struct keep_reader *r)
{
	struct keep_head head;
	uint64_t limit;
	bool has_head = keep_head_load(r->head_file, &head) == 0;
	if (has_head && head.visible > r->limit)
		r->limit = head.visible;
	int result = scan(r, &limit);
	if (result)
		return result == -ENOENT ? 0 : result;
	if (is_written(r))
		return look_at_head(r);
	r->limit = limit;
	r->ended = has_head && head.ended && head.visible == limit;
	return 0;
}

int keep_reader_look(struct keep_reader *r)
{
	int result = open_late(r->folder, "lock", &r->lock_file);
	if (!result)
		result = open_late(r->folder, "head", &r->head_file);
	if (result)
		return result;
	return is_written(r) ? look_at_head(r) : look_at_segments(r);
}
