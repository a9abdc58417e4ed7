/* What opening for writing finds, and brings in order. Each step may be cut short by the next power
 * cut, and is done again then. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "keep/parts.h"
#include "keep/tail.h"
#include "keep/walk.h"

struct recovery {
	struct keep_writer *w;
	struct keep_recovery *found;
	const struct keep_segment *segment;
	int fd;
	uint64_t synced; /* up to this number all is on disk, as the head says */
	struct buffer message;
};

static bool is_aside(const struct recovery *c, const char *name, uint64_t len)
{
	uint64_t size = 0;
	int fd = disk_open(c->w->aside, name, DISK_READ);
	if (fd < 0)
		return false;
	disk_size(fd, &size);
	disk_close(fd);
	return size == len;
}

/* Copies a stretch of the segment to aside/. 1: it lay there already. */
static int set_aside(struct recovery *c, uint64_t from, uint64_t to, const char *what)
{
	char segment[KEEP_FILE_NAME_SIZE], name[KEEP_FILE_NAME_SIZE + 48];
	struct buffer bytes = { 0 };
	keep_segment_name(c->segment, segment);
	snprintf(name, sizeof(name), "%s.%" PRIu64 ".%s", segment, from, what);
	if (is_aside(c, name, to - from))
		return 1;
	ssize_t n = disk_read(c->fd, buffer_reserve(&bytes, to - from + 1), to - from, from);
	int r = n < 0 ? (int)n : disk_replace(c->w->aside, name, bytes.data, (size_t)n);
	buffer_free(&bytes);
	buffer_print(&c->message,
		"%s%s: %" PRIu64 " bytes from byte %" PRIu64 " on are %s, set aside as aside/%s",
		c->message.len ? "\n" : "", segment, to - from, from, what, name);
	return r;
}

static int on_corrupt(void *context, uint64_t from, uint64_t to)
{
	struct recovery *c = context;
	int r = set_aside(c, from, to, "corrupt");
	if (r == 0)
		c->found->corrupt++;
	return r < 0 ? r : 0;
}

/* What a killed writer left may be in the page cache only, and taken for clean there where its last
 * sync had failed. Written once more, it is dirty again. */
static int write_again(int fd, uint64_t from, uint64_t to)
{
	struct buffer bytes = { 0 };
	ssize_t n = disk_read(fd, buffer_reserve(&bytes, to - from), to - from, from);
	int r = n < 0 ? (int)n : disk_write(fd, bytes.data, (size_t)n, from);
	buffer_free(&bytes);
	return r;
}

/* Cuts what is torn, and what waits for a position that never came. */
static int cut(struct recovery *c, const struct keep_tail *t)
{
	int r = 0;
	if (t->size > t->end) {
		r = set_aside(c, t->end, t->size, "torn");
		c->found->torn += t->size - t->end;
	}
	c->found->unfinished += t->next - (t->settled_end ? t->settled_next : c->segment->first);
	if (r >= 0 && t->size > t->settled_end)
		r = disk_truncate(c->fd, t->settled_end);
	if (r >= 0 && t->settled_end > t->synced_end)
		r = write_again(c->fd, t->synced_end, t->settled_end);
	return r < 0 ? r : disk_sync(c->fd);
}

static int remove_segment(struct recovery *c)
{
	char name[KEEP_FILE_NAME_SIZE];
	keep_segment_name(c->segment, name);
	disk_close(c->fd);
	c->w->number = c->segment->first - 1;
	c->w->segments.count--;
	int r = disk_remove(c->w->folder, name);
	return r ? r : 1;
}

static void go_on(struct keep_writer *w, int fd, const struct keep_tail *t)
{
	w->fd = fd;
	w->end = w->synced_end = t->settled_end;
	w->begun = t->begun;
	w->number = t->settled_next - 1;
}

/* 1: nothing of the segment was good, it is gone. */
static int recover_log(struct recovery *c)
{
	char name[KEEP_FILE_NAME_SIZE];
	struct keep_tail t;
	keep_segment_name(c->segment, name);
	c->fd = disk_open(c->w->folder, name, DISK_WRITE);
	if (c->fd < 0)
		return c->fd;
	int r = keep_tail_scan(c->fd, c->segment->first, c->synced, &t, on_corrupt, c);
	if (!r)
		r = cut(c, &t);
	if (!r && !t.settled_end)
		return remove_segment(c);
	if (!r)
		go_on(c->w, c->fd, &t);
	else
		disk_close(c->fd);
	return r;
}

/* Its blocks were synced before it had its name. However damaged it is, no number is given twice: its
 * directory and the head tell how far they went, and there was one at least. */
static int recover_sealed(struct recovery *c)
{
	struct keep_walk walk = { .next = c->segment->first };
	int r;
	walk.fd = keep_segment_open(c->w->folder, c->segment);
	if (walk.fd < 0)
		return walk.fd;
	while ((r = keep_walk_header(&walk)) == 1 || r == -EBADMSG)
		if (r == 1)
			keep_walk_pass(&walk);
	disk_close(walk.fd);
	uint64_t number =
		walk.header.kind == KEEP_DIRECTORY ? walk.header.first - 1 : walk.next - 1;
	number = number > c->synced ? number : c->synced;
	c->w->number = number > c->segment->first ? number : c->segment->first;
	return r;
}

static int recover_tail(struct recovery *c)
{
	struct keep_writer *w = c->w;
	int r = 1;
	while (r == 1 && w->segments.count) {
		c->segment = &w->segments.all[w->segments.count - 1];
		r = c->segment->sealed ? recover_sealed(c) : recover_log(c);
	}
	return r < 0 ? r : disk_sync_folder(w->folder);
}

static int remove_leftover(const char *name, void *context)
{
	struct keep_writer *w = context;
	size_t len = strlen(name);
	return len > 8 && strcmp(name + len - 8, ".sealing") == 0 ? disk_remove(w->folder, name)
								  : 0;
}

/* Of a segment that was sealed, the log may still be there; the sealed one had been synced before it
 * got its name. */
static int remove_sealed_log(struct keep_writer *w, const struct keep_segment *sealed)
{
	struct keep_segment log = { .first = sealed->first };
	char name[KEEP_FILE_NAME_SIZE];
	keep_segment_name(&log, name);
	int r = disk_remove(w->folder, name);
	return r == -ENOENT ? 0 : r;
}

static int remove_leftovers(struct keep_writer *w)
{
	int r = disk_list(w->folder, remove_leftover, w);
	for (size_t i = 0; !r && i < w->segments.count; i++)
		if (w->segments.all[i].sealed)
			r = remove_sealed_log(w, &w->segments.all[i]);
	return r;
}

static int measure(struct keep_writer *w)
{
	int r = 0;
	for (size_t i = 0; !r && i < w->segments.count; i++) {
		int fd = keep_segment_open(w->folder, &w->segments.all[i]);
		r = fd < 0 ? fd : disk_size(fd, &w->segments.all[i].size);
		disk_close(fd);
	}
	return r;
}

int keep_recover(struct keep_writer *w, struct keep_recovery *ret, char **ret_error)
{
	struct recovery c = { .w = w, .found = ret };
	struct keep_head head;
	if (keep_head_load(w->head_file, &head) == 0)
		c.synced = head.visible;
	(void)ret_error;
	int r = keep_segments_list(w->folder, &w->segments);
	if (!r)
		r = remove_leftovers(w);
	if (!r)
		r = recover_tail(&c);
	if (!r)
		r = measure(w);
	w->synced = w->settled = w->number;
	if (!r)
		r = keep_remember(w->folder, &w->segments, w->number, &w->memory);
	if (!r && w->segments.count)
		keep_identities_forget(w->memory.identities, w->segments.all[0].first);
	if (!r && c.message.len) {
		buffer_add_char(&c.message, 0);
		ret->message = (char *)c.message.data;
	} else {
		buffer_free(&c.message);
	}
	return r;
}
