/* Housekeeping: what is closed is sealed, what is old or too much leaves. Only this removes closed
 * segments and changes their entries; the mutex is held while it does, and not while it reads and
 * writes. */
#include <errno.h>

#include "disk.h"
#include "keep/cursors.h"
#include "keep/parts.h"
#include "keep/walk.h"

/* At a part of the limit below it the oldest leave, so that a segment can be filled meanwhile. */
enum { HEADROOM = 8 };

static int lowest(const struct keep_cursor *cursor, void *context)
{
	uint64_t *least = context;
	*least = cursor->number < *least ? cursor->number : *least;
	return 0;
}

static int arrival(struct keep_writer *w, const struct keep_segment *s, int64_t *ret)
{
	struct keep_walk walk = { .next = s->first };
	int r;
	walk.fd = keep_segment_open(w->folder, s);
	if (walk.fd < 0)
		return walk.fd;
	while ((r = keep_walk_header(&walk)) == 1 || r == -EBADMSG) {
		if (r == 1 && walk.header.count)
			*ret = walk.header.arrived_last;
		if (r == 1)
			keep_walk_pass(&walk);
	}
	disk_close(walk.fd);
	return r;
}

static uint64_t bytes_of(const struct keep_writer *w)
{
	uint64_t bytes = w->fd >= 0 ? w->end : 0;
	for (size_t i = 0; i + (w->fd >= 0) < w->segments.count; i++)
		bytes += w->segments.all[i].size;
	return bytes;
}

/* The oldest segment, and the number behind it, as long as a later one has samples that are seen:
 * so the number to go on from is never lost. */
static bool find_oldest(struct keep_writer *w, struct keep_segment *ret, uint64_t *ret_behind)
{
	if (w->segments.count < 2 || w->segments.all[1].first > w->head.visible)
		return false;
	*ret = w->segments.all[0];
	*ret_behind = w->segments.all[1].first;
	return true;
}

/* 1: it has to go. */
static int is_due(struct keep_writer *w, struct keep_segment *oldest, uint64_t behind,
	bool over_size, int64_t now)
{
	uint64_t least = UINT64_MAX;
	bool over_age = false;
	int r = keep_cursors_each(w->cursors, lowest, &least);
	if (!r && w->limits.age && !oldest->arrived)
		r = arrival(w, oldest, &oldest->arrived);
	if (!r && w->limits.age)
		over_age = now - oldest->arrived >= w->limits.age;
	if (r)
		return r;
	return least + 1 >= behind || least == UINT64_MAX ? over_age || over_size
							  : over_size && w->limits.drop_oldest;
}

static int remove_oldest(struct keep_writer *w)
{
	struct keep_segment *all = w->segments.all;
	char name[KEEP_FILE_NAME_SIZE];
	keep_segment_name(all, name);
	int r = disk_remove(w->folder, name);
	if (r)
		return r;
	memmove(all, all + 1, --w->segments.count * sizeof(*all));
	keep_lookup_leave(w->lookup);
	keep_identities_forget(w->memory.identities, all->first);
	return 1;
}

static int retain(struct keep_writer *w, int64_t now)
{
	struct keep_segment oldest;
	uint64_t behind;
	const struct keep_limits *l = &w->limits;
	pthread_mutex_lock(&w->mutex);
	bool found = find_oldest(w, &oldest, &behind);
	bool over_size = l->size && bytes_of(w) >= l->size - l->size / HEADROOM;
	pthread_mutex_unlock(&w->mutex);
	if (!found || (!over_size && !l->age))
		return 0;
	int r = is_due(w, &oldest, behind, over_size, now);
	pthread_mutex_lock(&w->mutex);
	w->segments.all[0].arrived = oldest.arrived;
	if (r == 1)
		r = remove_oldest(w);
	pthread_mutex_unlock(&w->mutex);
	return r == 1 ? (r = disk_sync_folder(w->folder)) ? r : 1 : r;
}

static bool find_unsealed(struct keep_writer *w, struct keep_segment *ret, uint64_t *ret_behind)
{
	const struct keep_segments *s = &w->segments;
	for (size_t i = 0; i + 1 < s->count && s->all[i + 1].first - 1 <= w->head.visible; i++) {
		if (s->all[i].sealed || s->all[i].damaged)
			continue;
		*ret = s->all[i];
		*ret_behind = s->all[i + 1].first;
		return true;
	}
	return false;
}

static int seal_next(struct keep_writer *w)
{
	struct keep_segment segment, *entry;
	char name[KEEP_FILE_NAME_SIZE];
	uint64_t behind, size;
	pthread_mutex_lock(&w->mutex);
	bool found = find_unsealed(w, &segment, &behind);
	pthread_mutex_unlock(&w->mutex);
	if (!found)
		return 0;
	int r = keep_seal(w, &segment, behind, &size);
	if (r && r != -EBADMSG)
		return r;
	pthread_mutex_lock(&w->mutex);
	entry = &w->segments.all[keep_segments_find(&w->segments, segment.first)];
	entry->damaged = r == -EBADMSG;
	entry->sealed = !entry->damaged;
	if (entry->sealed)
		entry->size = size;
	pthread_mutex_unlock(&w->mutex);
	if (r)
		return 1;
	keep_segment_name(&segment, name);
	r = disk_remove(w->folder, name);
	return r ? r : 1;
}

int keep_tidy(struct keep_writer *w, int64_t now)
{
	int r = retain(w, now);
	return r ? r : seal_next(w);
}
