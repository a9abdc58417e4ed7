/* From one segment to the next. */
#include <errno.h>

#include "crc32c.h"
#include "disk.h"
#include "keep/parts.h"

enum { DEFAULT_SEGMENT = 64 << 20, SHARE_OF_SIZE = 8, SHARE_OF_AGE = 16 };

static struct keep_segment *newest(struct keep_writer *w)
{
	return &w->segments.all[w->segments.count - 1];
}

static int remove_newest(struct keep_writer *w)
{
	char name[KEEP_FILE_NAME_SIZE];
	disk_close(w->fd);
	w->fd = -1;
	keep_segment_name(newest(w), name);
	w->segments.count--;
	return disk_remove(w->folder, name);
}

/* A segment that goes on with what a failed sync left begins with an empty snapshot: the identities
 * in memory are those of unsynced samples too, which may yet be lost, and then are no repeats. */
static int write_snapshot(struct keep_writer *w)
{
	struct keep_header h = {
		.kind = KEEP_SNAPSHOT, .first = w->synced + 1, .synced = w->synced
	};
	struct buffer block = { 0 };
	buffer_reserve(&block, KEEP_HEADER_SIZE);
	block.len = KEEP_HEADER_SIZE;
	int r = w->broken
			? 0
			: keep_snapshot_write(w->memory.identities, w->memory.repeats + w->repeats,
				  buffer_str(&w->memory.position), &block);
	h.len = (uint32_t)(block.len - KEEP_HEADER_SIZE);
	h.crc = crc32c(0, block.data + KEEP_HEADER_SIZE, h.len);
	keep_header_write(&h, block.data);
	if (!r)
		r = disk_write(w->fd, block.data, block.len, 0);
	w->end = block.len;
	buffer_free(&block);
	return r;
}

/* A file of the same name is of a segment of which nothing was ever synced. */
static int begin_segment(struct keep_writer *w)
{
	struct keep_segment s = { .first = w->synced + 1 };
	char name[KEEP_FILE_NAME_SIZE];
	if (w->fd >= 0)
		newest(w)->size = w->broken ? w->synced_end : w->end;
	disk_close(w->fd);
	w->fd = -1;
	if (w->segments.count && newest(w)->first == s.first && !newest(w)->sealed)
		remove_newest(w);
	keep_segment_name(&s, name);
	int fd = disk_open(w->folder, name, DISK_NEW);
	if (fd < 0)
		return fd;
	w->fd = fd;
	keep_segments_add(&w->segments, s);
	w->synced_end = 0;
	w->begun = 0;
	w->entry_due = true;
	int r = write_snapshot(w);
	if (r)
		remove_newest(w);
	return r;
}

static int write_again(struct keep_writer *w)
{
	int r = begin_segment(w);
	if (!r)
		r = disk_write(w->fd, w->unsynced.data, w->unsynced.len, w->end);
	if (r && w->fd >= 0)
		remove_newest(w);
	if (r)
		return r;
	w->end += w->unsynced.len;
	w->broken = false;
	return 0;
}

/* While positions settle the stream, a segment ends behind one: recovery then never has to cut
 * beyond it. */
static bool is_full(const struct keep_writer *w, int64_t now)
{
	const struct keep_limits *l = &w->limits;
	uint64_t segment = l->segment ? l->segment : DEFAULT_SEGMENT;
	if (l->size && segment > l->size / SHARE_OF_SIZE)
		segment = l->size / SHARE_OF_SIZE;
	if (!w->begun || w->settled != w->number)
		return false;
	return w->end >= segment || (l->age && now - w->begun > l->age / SHARE_OF_AGE);
}

int keep_writer_ready(struct keep_writer *w, int64_t now)
{
	while (w->syncing && (w->broken || w->fd < 0 || is_full(w, now)))
		pthread_cond_wait(&w->calm, &w->mutex);
	if (w->broken)
		return write_again(w);
	if (w->fd >= 0 && !is_full(w, now))
		return 0;
	int r = w->fd >= 0 ? keep_writer_sync(w) : 0;
	return r ? r : begin_segment(w);
}
