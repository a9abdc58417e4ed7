/* Whether a sample of a stream with many gaps is there: by looking at the blocks. A stream that comes
 * again comes in its order, so each look goes on where the last one found its sample. */
#include "keep/lookup.h"

#include <errno.h>

#include "allocate.h"
#include "crc32c.h"
#include "disk.h"
#include "keep/parts.h"
#include "keep/walk.h"
#include "seal/seal.h"

struct keep_lookup {
	struct seal *seal;
	struct keep_segment segment; /* at hand, if walk.fd >= 0 */
	struct keep_walk walk;
	struct buffer samples; /* of the block at hand */
	size_t at;	       /* where in it to begin */
};

struct keep_lookup *keep_lookup_open(void)
{
	struct keep_lookup *l = allocate(1, sizeof(*l));
	l->walk.fd = -1;
	l->seal = seal_open();
	return l;
}

void keep_lookup_leave(struct keep_lookup *l)
{
	disk_close(l->walk.fd);
	l->walk.fd = -1;
	l->samples.len = l->at = 0;
}

void keep_lookup_close(struct keep_lookup *l)
{
	keep_lookup_leave(l);
	seal_close(l->seal);
	buffer_free(&l->samples);
	buffer_free(&l->walk.payload);
	free(l);
}

static bool is_same(const struct sample *a, const struct sample *b)
{
	return a->seq == b->seq && a->run == b->run && str_eq(a->source, b->source) &&
	       str_eq(a->kind, b->kind);
}

/* The place behind the sample in from..len, or 0. */
static size_t find(uint8_t *data, size_t from, size_t len, const struct sample *s)
{
	struct sample each = { 0 };
	for (size_t at = from; at < len; at += each.len) {
		if (sample_decode(&each, data + at, len - at) <= 0)
			return 0;
		if (is_same(&each, s))
			return at + each.len;
	}
	return 0;
}

static bool find_unsynced(struct keep_writer *w, const struct sample *s)
{
	struct keep_header h;
	for (size_t at = 0; at < w->unsynced.len; at += KEEP_HEADER_SIZE + h.len) {
		keep_header_read(&h, w->unsynced.data + at);
		if (find(w->unsynced.data + at + KEEP_HEADER_SIZE, 0, h.len, s))
			return true;
	}
	return false;
}

static bool find_in_block(struct keep_lookup *l, const struct sample *s)
{
	size_t found = find(l->samples.data, l->at, l->samples.len, s);
	if (!found && l->at)
		found = find(l->samples.data, 0, l->at, s);
	l->at = found;
	return found;
}

/* 1: the block that was read next has it; 0: the segment has no more. */
static int find_on(struct keep_lookup *l, const struct sample *s, uint64_t last)
{
	int r;
	while ((r = keep_walk_samples(&l->walk, l->seal, s->source, &l->samples)) == 1 ||
		r == -EBADMSG) {
		if (r == 1 && l->walk.header.first > last)
			return 0;
		l->at = 0;
		if (r == 1 && l->walk.header.count && find_in_block(l, s))
			return 1;
	}
	return r;
}

static int enter(struct keep_writer *w, struct keep_lookup *l, size_t i)
{
	keep_lookup_leave(l);
	l->segment = w->segments.all[i];
	l->walk.fd = keep_segment_open(w->folder, &l->segment);
	l->walk.next = l->segment.first;
	l->walk.offset = 0;
	return l->walk.fd < 0 ? l->walk.fd : 0;
}

static uint64_t last_of(const struct keep_writer *w, size_t i)
{
	uint64_t last = keep_segments_behind(&w->segments, i) - 1;
	return last < w->synced ? last : w->synced;
}

/* Once around: from the block at hand to the end, then from the beginning. */
int keep_lookup(struct keep_writer *w, const struct sample *s)
{
	struct keep_lookup *l = w->lookup;
	size_t count = w->segments.count, start = 0;
	int r = 0;
	if (find_unsynced(w, s))
		return 1;
	if (l->walk.fd >= 0) {
		start = keep_segments_find(&w->segments, l->segment.first);
		r = find_in_block(l, s) ? 1 : find_on(l, s, last_of(w, start));
		start++;
	}
	for (size_t i = 0; !r && i < count; i++) {
		r = enter(w, l, (start + i) % count);
		if (!r)
			r = find_on(l, s, last_of(w, (start + i) % count));
	}
	if (r <= 0)
		keep_lookup_leave(l);
	return r;
}
