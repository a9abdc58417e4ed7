#include "account/sheet.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"

enum { GAP_MAX = 7200 }; /* seconds; longer gaps are not filled by a straight line */

static void *allocate(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	if (!p)
		abort();
	return p;
}

int sheet_open(const struct cycle *cycle, int64_t interval, struct sheet *ret)
{
	int64_t before = cycle->start % interval;
	int64_t first = cycle->start - before - (before < 0 ? interval : 0);
	int64_t count = (cycle->end - first + interval - 1) / interval;
	if (count > SHEET_SLOTS)
		return -EFBIG;
	*ret = (struct sheet){
		.cycle = *cycle, .interval = interval, .first = first, .count = (size_t)count
	};
	ret->covered = allocate(ret->count, sizeof(*ret->covered));
	return 0;
}

void sheet_close(struct sheet *s)
{
	for (int i = 0; i < CHANNELS; i++)
		free(s->energy[i]);
	free(s->covered);
	free(s->totals);
}

/* What of a reading's energy belongs to its first `elapsed`: differences of these add up. */
static decimal part_until(const struct reading *r, enum channel c, int64_t elapsed)
{
	return (decimal)((__int128)r->energy[c] * elapsed / (r->end - r->start));
}

struct overlap {
	size_t slot;
	int64_t from, to; /* since the reading's start */
};

static struct overlap overlap_at(const struct sheet *s, const struct reading *r, int64_t time)
{
	size_t slot = (size_t)((time - s->first) / s->interval);
	int64_t end = s->first + (int64_t)(slot + 1) * s->interval;
	return (struct overlap){ slot, time - r->start, (end < r->end ? end : r->end) - r->start };
}

static int64_t last_of(const struct sheet *s, const struct reading *r)
{
	int64_t end = s->first + (int64_t)s->count * s->interval;
	return r->end < end ? r->end : end;
}

static int check(const struct sheet *s, const struct reading *r)
{
	int64_t end = last_of(s, r);
	for (int64_t at = r->start > s->first ? r->start : s->first; at < end;) {
		struct overlap o = overlap_at(s, r, at);
		int64_t covered = s->covered[o.slot] & ~SHEET_ESTIMATED;
		if (covered + (o.to - o.from) / SECONDS > s->interval / SECONDS)
			return -EEXIST;
		for (int c = 0; c < CHANNELS; c++) {
			decimal sum, part = part_until(r, c, o.to) - part_until(r, c, o.from);
			if (s->energy[c] && decimal_add(s->energy[c][o.slot], part, &sum))
				return -EOVERFLOW;
		}
		at = r->start + o.to;
	}
	return 0;
}

static void add(struct sheet *s, const struct reading *r, const struct overlap *o)
{
	uint16_t estimated = r->estimated ? SHEET_ESTIMATED : 0;
	s->covered[o->slot] =
		(uint16_t)(s->covered[o->slot] + (o->to - o->from) / SECONDS) | estimated;
	for (int c = 0; c < CHANNELS; c++) {
		decimal part = part_until(r, c, o->to) - part_until(r, c, o->from);
		if (!part)
			continue;
		if (!s->energy[c])
			s->energy[c] = allocate(s->count, sizeof(*s->energy[c]));
		s->energy[c][o->slot] += part;
	}
}

int sheet_add(struct sheet *s, const struct reading *r)
{
	int64_t end = last_of(s, r);
	int failed = check(s, r);
	if (failed)
		return failed;
	for (int64_t at = r->start > s->first ? r->start : s->first; at < end;) {
		struct overlap o = overlap_at(s, r, at);
		add(s, r, &o);
		at = r->start + o.to;
	}
	if (end > s->newest)
		s->newest = end;
	s->changed = true;
	return 0;
}

struct usage_totals *sheet_totals(struct sheet *s)
{
	if (!s->totals)
		s->totals = allocate(1, sizeof(*s->totals));
	return s->totals;
}

/* Room for what sheet_usage hands out. */
static decimal *filled[CHANNELS];
static uint8_t *states;
static size_t room;

static void make_room(size_t count)
{
	if (count <= room)
		return;
	room = count;
	for (int c = 0; c < CHANNELS; c++)
		filled[c] = reallocarray(filled[c], room, sizeof(*filled[c]));
	states = reallocarray(states, room, 1);
	if (!states || !filled[0] || !filled[1] || !filled[2] || !filled[3])
		abort();
}

/* A straight line between the slots on both sides (as in the Direct Access Standards for Metering and
 * Meter Data of California, attachment on validating, editing and estimating). */
static void fill_gap(const struct sheet *s, size_t from, size_t to)
{
	int64_t steps = (int64_t)(to - from) + 1;
	for (int c = 0; c < CHANNELS; c++) {
		const decimal *e = s->energy[c];
		if (!e)
			continue;
		__int128 rise = (__int128)e[to] - e[from - 1];
		for (size_t i = from; i < to; i++)
			filled[c][i] =
				e[from - 1] + (decimal)(rise * (int64_t)(i - from + 1) / steps);
	}
	memset(states + from, SLOT_ESTIMATED, to - from);
}

static void fill_gaps(const struct sheet *s)
{
	size_t last = 0; /* slots up to here are there */
	bool any = false;
	for (size_t i = 0; i < s->count; i++) {
		if (states[i] == SLOT_MISSING)
			continue;
		bool short_gap = (int64_t)(i - last) * s->interval / SECONDS <= GAP_MAX;
		if (any && i > last && short_gap)
			fill_gap(s, last, i);
		last = i + 1;
		any = true;
	}
}

struct usage sheet_usage(const struct sheet *s)
{
	const decimal *e[CHANNELS];
	make_room(s->count);
	for (int c = 0; c < CHANNELS; c++) {
		e[c] = s->energy[c] ? filled[c] : NULL;
		if (e[c])
			memcpy(filled[c], s->energy[c], s->count * sizeof(*filled[c]));
	}
	for (size_t i = 0; i < s->count; i++)
		states[i] = !s->covered[i]		      ? SLOT_MISSING
			    : s->covered[i] & SHEET_ESTIMATED ? SLOT_ESTIMATED
							      : SLOT_MEASURED;
	fill_gaps(s);
	return (struct usage){ .cycle = s->cycle,
		.slots = { .first = s->first,
			.count = s->count,
			.import = e[IMPORT],
			.export = e[EXPORT],
			.inductive = e[INDUCTIVE],
			.capacitive = e[CAPACITIVE],
			.state = states },
		.totals = s->totals };
}

static void save_bytes(struct buffer *to, const void *data, size_t len)
{
	wire_bin(to, (struct str){ data, data ? len : 0 });
}

void sheet_save(const struct sheet *s, struct buffer *to)
{
	wire_array(to, 10);
	save_bytes(to, &s->cycle, sizeof(s->cycle));
	for (int c = 0; c < CHANNELS; c++)
		save_bytes(to, s->energy[c], s->count * sizeof(*s->energy[c]));
	save_bytes(to, s->covered, s->count * sizeof(*s->covered));
	save_bytes(to, s->totals, sizeof(*s->totals));
	int64_t numbers[] = { s->newest, s->revisions, s->changed };
	save_bytes(to, numbers, sizeof(numbers));
	save_bytes(to, s->credits_in, sizeof(s->credits_in));
	save_bytes(to, s->credits_out, sizeof(s->credits_out));
}

/* Bytes of exactly that length, or none where they may be absent. */
static bool load_bytes(struct cursor *from, void *to, size_t len)
{
	struct wire w;
	if (wire_next(from, &w) != 1 || w.type != WIRE_BIN || w.bytes.len != len)
		return false;
	memcpy(to, w.bytes.data, len);
	return true;
}

static bool load_array(struct cursor *from, void **to, size_t len)
{
	struct cursor ahead = *from;
	struct wire w;
	if (wire_next(&ahead, &w) != 1 || w.type != WIRE_BIN)
		return false;
	if (!w.bytes.len) {
		*from = ahead;
		return true;
	}
	if (w.bytes.len != len)
		return false;
	*to = *to ?: allocate(len, 1);
	return load_bytes(from, *to, len);
}

bool sheet_load(struct sheet *s, struct cursor *from)
{
	struct wire w;
	struct cycle cycle;
	int64_t interval = s->interval, numbers[3];
	bool good = wire_next(from, &w) == 1 && w.type == WIRE_ARRAY && w.size == 10 &&
		    load_bytes(from, &cycle, sizeof(cycle)) && cycle.end > cycle.start &&
		    sheet_open(&cycle, interval, s) == 0;
	for (int c = 0; good && c < CHANNELS; c++)
		good = load_array(from, (void **)&s->energy[c], s->count * sizeof(*s->energy[c]));
	good = good && load_bytes(from, s->covered, s->count * sizeof(*s->covered)) &&
	       load_array(from, (void **)&s->totals, sizeof(*s->totals)) &&
	       load_bytes(from, numbers, sizeof(numbers)) &&
	       load_bytes(from, s->credits_in, sizeof(s->credits_in)) &&
	       load_bytes(from, s->credits_out, sizeof(s->credits_out));
	if (!good)
		return false;
	s->newest = numbers[0];
	s->revisions = (int)numbers[1];
	s->changed = numbers[2];
	return true;
}
