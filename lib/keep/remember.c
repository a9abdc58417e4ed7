#include "keep/remember.h"

#include <errno.h>

#include "disk.h"
#include "keep/walk.h"
#include "seal/seal.h"

void keep_remember_special(struct keep_memory *m, const struct sample *s)
{
	if (str_eq(s->kind, STR("schema")))
		keep_schema_add(m->identities, s);
	if (!sample_is_position(s))
		return;
	m->position.len = 0;
	buffer_add(&m->position, s->data, s->len);
}

static void remember_sample(struct keep_memory *m, const struct sample *s, uint64_t number)
{
	if (keep_identifies(s))
		keep_identity_add(keep_identity_of(m->identities, s), s->seq, number);
	keep_remember_special(m, s);
}

static void remember_block(
	struct keep_memory *m, struct str samples, uint64_t number, uint64_t last)
{
	struct sample s = { 0 };
	for (size_t at = 0; at < samples.len && number <= last; at += s.len) {
		if (sample_decode(&s, (uint8_t *)samples.data + at, samples.len - at) <= 0)
			return;
		remember_sample(m, &s, number++);
	}
}

/* Damaged blocks are left out: what they held counts as new when it comes again. */
static int remember_segment(int folder, const struct keep_segment *segment, uint64_t last,
	struct seal *seal, struct keep_memory *m)
{
	struct keep_walk walk = { .next = segment->first };
	struct buffer samples = { 0 };
	int r;
	walk.fd = keep_segment_open(folder, segment);
	if (walk.fd < 0)
		return walk.fd;
	while ((r = keep_walk_samples(&walk, seal, (struct str){ 0 }, &samples)) == 1 ||
		r == -EBADMSG) {
		if (r == 1 && walk.header.first > last)
			break;
		if (r == 1)
			remember_block(m, buffer_str(&samples), walk.header.first, last);
	}
	disk_close(walk.fd);
	buffer_free(&samples);
	buffer_free(&walk.payload);
	return r < 0 ? r : 0;
}

static int read_snapshot(int folder, const struct keep_segment *segment, struct keep_memory *m)
{
	struct keep_walk walk = { .next = segment->first };
	walk.fd = keep_segment_open(folder, segment);
	if (walk.fd < 0)
		return walk.fd;
	int r = keep_walk_block(&walk);
	if (r == 1 && walk.header.kind == KEEP_SNAPSHOT && walk.header.len)
		r = keep_snapshot_read(
			m->identities, buffer_str(&walk.payload), &m->repeats, &m->position);
	else
		r = r < 0 ? r : -EBADMSG;
	disk_close(walk.fd);
	buffer_free(&walk.payload);
	return r;
}

static void begin(struct keep_memory *m)
{
	keep_forget(m);
	m->identities = keep_identities_open();
}

int keep_remember(
	int folder, const struct keep_segments *segments, uint64_t number, struct keep_memory *ret)
{
	size_t end = segments->count ? keep_segments_find(segments, number) + 1 : 0, i = end;
	int r = i ? -EBADMSG : 0;
	begin(ret);
	while (r == -EBADMSG && i) {
		begin(ret);
		r = read_snapshot(folder, &segments->all[--i], ret);
	}
	if (r == -EBADMSG) {
		begin(ret);
		r = 0;
	}
	struct seal *seal = seal_open();
	for (; !r && i < end; i++) {
		uint64_t last = keep_segments_behind(segments, i) - 1;
		r = remember_segment(
			folder, &segments->all[i], last < number ? last : number, seal, ret);
	}
	seal_close(seal);
	return r;
}

void keep_forget(struct keep_memory *m)
{
	if (m->identities)
		keep_identities_close(m->identities);
	buffer_free(&m->position);
	*m = (struct keep_memory){ 0 };
}
