/* Samples to blocks. */
#include <errno.h>

#include "crc32c.h"
#include "disk.h"
#include "keep/parts.h"

enum { BLOCK = 1 << 20 };

/* What one call makes: blocks behind start in w->unsynced. */
struct call {
	struct keep_writer *w;
	int64_t now;
	size_t start, block;	   /* where the call, and its block at hand, begin */
	struct keep_header header; /* of the block at hand; count 0: there is none */
	uint64_t next;		   /* number */
	uint64_t repeats;
	bool special; /* there are positions or schemas */
	bool positioned;
};

static void open_block(struct call *c, enum keep_kind kind)
{
	const struct keep_writer *w = c->w;
	bool pending = kind != KEEP_POSITION && (w->positioned || c->positioned);
	c->block = c->w->unsynced.len;
	c->header = (struct keep_header){ .kind = kind,
		.flags = pending ? KEEP_PENDING : 0,
		.first = c->next,
		.arrived_first = c->now,
		.arrived_last = c->now,
		.time_first = INT64_MAX,
		.time_last = INT64_MIN,
		.synced = w->synced };
	buffer_reserve(&c->w->unsynced, KEEP_HEADER_SIZE);
	c->w->unsynced.len += KEEP_HEADER_SIZE;
}

static void close_block(struct call *c)
{
	uint8_t *at = c->w->unsynced.data + c->block;
	if (!c->header.count)
		return;
	c->header.len = c->header.raw_len =
		(uint32_t)(c->w->unsynced.len - c->block - KEEP_HEADER_SIZE);
	c->header.crc = crc32c(0, at + KEEP_HEADER_SIZE, c->header.len);
	keep_header_write(&c->header, at);
	c->header.count = 0;
}

static void add_to_block(struct call *c, const struct sample *s)
{
	enum keep_kind kind = sample_is_position(s) ? KEEP_POSITION : KEEP_SAMPLES;
	struct keep_header *h = &c->header;
	if (kind == KEEP_POSITION || c->w->unsynced.len - c->block + s->len > BLOCK)
		close_block(c);
	if (!h->count)
		open_block(c, kind);
	buffer_add(&c->w->unsynced, s->data, s->len);
	h->count++;
	c->next++;
	keep_header_time(h, s->time);
	if (kind == KEEP_POSITION) {
		close_block(c);
		c->positioned = true;
	}
	c->special |= kind == KEEP_POSITION || str_eq(s->kind, STR("schema"));
}

/* 1: the keep has it already. */
static int is_repeat(struct call *c, const struct sample *s)
{
	if (!keep_identifies(s))
		return 0;
	struct keep_identity *i = keep_identity_of(c->w->memory.identities, s);
	enum keep_known known = keep_identity_look(i, s->seq);
	if (known == KEEP_IS_KNOWN)
		return 1;
	if (known == KEEP_IS_UNCLEAR) {
		close_block(c);
		int r = keep_lookup(c->w, s);
		if (r)
			return r;
	}
	keep_identity_add(i, s->seq, c->next);
	return 0;
}

static int collect(struct call *c, const uint8_t *data, size_t len)
{
	struct sample s = { 0 };
	for (size_t at = 0; at < len; at += s.len) {
		int r = sample_decode(&s, (uint8_t *)data + at, len - at);
		if (r <= 0)
			return r ? r : -EBADMSG;
		r = is_repeat(c, &s);
		if (r < 0)
			return r;
		c->repeats += (uint64_t)r;
		if (!r)
			add_to_block(c, &s);
	}
	close_block(c);
	return 0;
}

static void each_sample(struct call *c, void (*each)(struct keep_writer *w, const struct sample *s))
{
	struct buffer *b = &c->w->unsynced;
	struct keep_header h;
	struct sample s = { 0 };
	for (size_t at = c->start; at < b->len; at += KEEP_HEADER_SIZE + h.len) {
		keep_header_read(&h, b->data + at);
		uint8_t *from = b->data + at + KEEP_HEADER_SIZE;
		for (size_t done = 0; done < h.len; done += s.len) {
			sample_decode(&s, from + done, h.len - done);
			each(c->w, &s);
		}
	}
}

static void forget_sample(struct keep_writer *w, const struct sample *s)
{
	if (keep_identifies(s))
		keep_identity_remove(keep_identity_of(w->memory.identities, s), s->seq);
}

static void note_special(struct keep_writer *w, const struct sample *s)
{
	keep_remember_special(&w->memory, s);
}

/* Nothing of the call is taken. */
static void take_back(struct call *c)
{
	close_block(c);
	each_sample(c, forget_sample);
	c->w->unsynced.len = c->start;
	disk_truncate(c->w->fd, c->w->end);
}

static void settle(struct call *c)
{
	struct keep_writer *w = c->w;
	size_t len = w->unsynced.len - c->start;
	if (c->special)
		each_sample(c, note_special);
	w->end += len;
	w->unsynced_len += len;
	w->repeats += c->repeats;
	if (c->next == w->number + 1)
		return;
	w->number = c->next - 1;
	w->begun = w->begun ? w->begun : c->now;
	w->positioned |= c->positioned;
	if (!w->positioned || c->positioned)
		w->settled = w->number;
}

/* A call is let in while it leaves room; the last one may pass the limit by its own length. */
static bool is_over_size(const struct keep_writer *w)
{
	uint64_t bytes = w->fd >= 0 ? w->end : 0;
	for (size_t i = 0; i + (w->fd >= 0) < w->segments.count; i++)
		bytes += w->segments.all[i].size;
	return w->limits.size && bytes >= w->limits.size;
}

static int append(struct keep_writer *w, const uint8_t *data, size_t len, int64_t now)
{
	int r = is_over_size(w) ? -EFBIG : keep_writer_ready(w, now);
	if (r)
		return r;
	struct call c = { .w = w, .now = now, .start = w->unsynced.len, .next = w->number + 1 };
	r = collect(&c, data, len);
	if (!r && w->unsynced.len > c.start)
		r = disk_write(
			w->fd, w->unsynced.data + c.start, w->unsynced.len - c.start, w->end);
	if (r)
		take_back(&c);
	else
		settle(&c);
	return r;
}

int keep_append(struct keep_writer *w, const uint8_t *data, size_t len, int64_t now)
{
	pthread_mutex_lock(&w->mutex);
	int r = append(w, data, len, now);
	pthread_mutex_unlock(&w->mutex);
	return r;
}
