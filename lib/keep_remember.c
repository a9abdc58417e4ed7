/* What the writer knows of the samples that are there: from the newest snapshot, and the blocks
 * behind it. */
#include <errno.h>

#include "disk.h"
#include "keep_parts.h"
#include "keep_walk.h"

static void remember_sample(struct keep_writer *w, const struct sample *s, uint64_t number)
{
	if (keep_identifies(s))
		keep_identity_add(keep_identity_of(w->identities, s), s->seq, number);
	if (str_eq(s->kind, STR("schema")))
		keep_schema_add(w->identities, s);
	if (!str_eq(s->kind, STR("position")))
		return;
	w->position.len = 0;
	buffer_add(&w->position, s->data, s->len);
}

static void remember_block(struct keep_writer *w, struct str samples, uint64_t number)
{
	struct sample s = { 0 };
	for (size_t at = 0; at < samples.len; at += s.len) {
		if (sample_decode(&s, (uint8_t *)samples.data + at, samples.len - at) <= 0)
			return;
		remember_sample(w, &s, number++);
	}
}

/* Numbers from behind on are the next segment's. */
static int remember_segment(struct keep_writer *w, size_t i)
{
	struct keep_walk walk = { .next = w->segments.all[i].first };
	uint64_t behind = keep_segments_behind(&w->segments, i);
	int r;
	walk.fd = keep_segment_open(w->folder, &w->segments.all[i]);
	if (walk.fd < 0)
		return walk.fd;
	while ((r = keep_walk_block(&walk)) == 1 || r == -EBADMSG) {
		if (r == 1 && walk.header.first < behind && walk.header.count)
			remember_block(w, buffer_str(&walk.payload), walk.header.first);
	}
	disk_close(walk.fd);
	buffer_free(&walk.payload);
	return r;
}

static int read_snapshot(struct keep_writer *w, size_t i)
{
	struct keep_walk walk = { .next = w->segments.all[i].first };
	walk.fd = keep_segment_open(w->folder, &w->segments.all[i]);
	if (walk.fd < 0)
		return walk.fd;
	int r = keep_walk_block(&walk);
	if (r == 1 && walk.header.kind == KEEP_SNAPSHOT && walk.header.len)
		r = keep_snapshot_read(
			w->identities, buffer_str(&walk.payload), &w->repeats_before, &w->position);
	else
		r = r < 0 ? r : -EBADMSG;
	disk_close(walk.fd);
	buffer_free(&walk.payload);
	return r;
}

int keep_remember(struct keep_writer *w)
{
	size_t i = w->segments.count;
	int r = i ? -EBADMSG : 0;
	while (r == -EBADMSG && i)
		r = read_snapshot(w, --i);
	if (r == -EBADMSG)
		r = 0;
	for (; !r && i < w->segments.count; i++)
		r = remember_segment(w, i);
	return r;
}
