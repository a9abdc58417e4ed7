/* Registers: differences of counters become energy of slots. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "meterdata/parts.h"

static int follow(const struct meterdata *m, const struct reading *a, int64_t time, uint64_t counts,
	struct reading *ret)
{
	const struct counter *c = &m->form.counter;
	struct reading next = { .time = time, .counts = counts };
	uint64_t more;
	int r = counter_difference(c, a->counts, counts, time - a->time, &more);
	if (r < 0)
		return r;
	next.total = a->total + more;
	r = counter_energy(c, next.total, &next.energy);
	if (r < 0)
		return r;
	*ret = next;
	return 0;
}

/* How much of a slot lies before a time, of WHOLE. */
static int64_t cover_before(const struct meterdata *m, int64_t time)
{
	return (int64_t)((__int128)(time % m->form.slot) * WHOLE / m->form.slot);
}

static int add_piece(struct meterdata *m, int64_t from, int64_t until, decimal energy)
{
	int64_t at = meterdata_index(m, meterdata_number(m, from));
	int64_t end = until % m->form.slot ? cover_before(m, until) : WHOLE;
	if (at < 0)
		return (int)at;
	m->energy[at] += energy;
	m->cover[at] += (uint16_t)(end - cover_before(m, from));
	return 0;
}

/* Adds energy that was used evenly between two times to the slots. */
static int join(struct meterdata *m, const struct reading *from, const struct reading *to)
{
	int64_t at = from->time;
	decimal before = 0, all = to->energy - from->energy;
	int r = 0;
	while (at < to->time && !r) {
		int64_t next = at - at % m->form.slot + m->form.slot;
		if (next > to->time)
			next = to->time;
		decimal sum = meterdata_share(all, next - from->time, to->time - from->time);
		r = add_piece(m, at, next, sum - before);
		before = sum;
		at = next;
	}
	return r;
}

static void add_gap(
	struct meterdata *m, size_t at, const struct reading *from, const struct reading *to)
{
	m->gaps = reallocate(m->gaps, m->gap_count + 1, sizeof(*m->gaps));
	memmove(m->gaps + at + 1, m->gaps + at, (m->gap_count - at) * sizeof(*m->gaps));
	m->gaps[at] = (struct gap){ *from, *to };
	m->gap_count++;
}

/* Two readings of one segment, gap number at being the first behind them. */
static int connect(
	struct meterdata *m, size_t at, const struct reading *from, const struct reading *to)
{
	if (to->time - from->time <= m->form.slot + m->form.slot / 2)
		return join(m, from, to);
	int64_t index = meterdata_index(m, meterdata_number(m, to->time));
	if (index < 0)
		return (int)index;
	add_gap(m, at, from, to);
	return 0;
}

/* A late reading within a gap makes two of it, if it agrees with both ends. */
static int split_gap(struct meterdata *m, int64_t time, uint64_t counts)
{
	size_t at = 0;
	while (at < m->gap_count && m->gaps[at].to.time <= time)
		at++;
	if (at == m->gap_count || m->gaps[at].from.time >= time)
		return -EALREADY;
	struct gap gap = m->gaps[at];
	struct reading middle, end;
	if (follow(m, &gap.from, time, counts, &middle) < 0 ||
		follow(m, &middle, gap.to.time, gap.to.counts, &end) < 0 ||
		end.total != gap.to.total)
		return -EDOM;
	m->gap_count--;
	memmove(m->gaps + at, m->gaps + at + 1, (m->gap_count - at) * sizeof(*m->gaps));
	int r = connect(m, at, &middle, &gap.to);
	return r ?: connect(m, at, &gap.from, &middle);
}

/* One reading of a register, in order or into a gap. */
static int take(struct meterdata *m, int64_t time, uint64_t counts)
{
	struct reading next = { .time = time, .counts = counts };
	int r = 0;
	if (m->started && time <= m->last.time)
		return split_gap(m, time, counts);
	if (m->started && follow(m, &m->last, time, counts, &next) == 0)
		r = connect(m, m->gap_count, &m->last, &next);
	else
		next = (struct reading){ .time = time, .counts = counts };
	if (r < 0)
		return r;
	m->started = true;
	m->last = next;
	m->known = time;
	return 0;
}

/* Takes in what has waited long enough: until that time. */
static int take_held(struct meterdata *m, int64_t until)
{
	size_t n = 0;
	int r = 0;
	while (n < m->held_count && m->held[n].time <= until) {
		int taken = take(m, m->held[n].time, m->held[n].counts);
		r = taken < 0 ? taken : r;
		n++;
	}
	m->held_count -= n;
	if (n)
		memmove(m->held, m->held + n, m->held_count * sizeof(*m->held));
	return r;
}

static int hold(struct meterdata *m, int64_t time, uint64_t counts)
{
	size_t at = m->held_count;
	while (at && m->held[at - 1].time > time)
		at--;
	if (at && m->held[at - 1].time == time)
		return -EALREADY;
	if (m->held_count == m->held_room) {
		m->held_room = m->held_room ? 2 * m->held_room : 8;
		m->held = reallocate(m->held, m->held_room, sizeof(*m->held));
	}
	memmove(m->held + at + 1, m->held + at, (m->held_count - at) * sizeof(*m->held));
	m->held[at] = (struct reading){ .time = time, .counts = counts };
	m->held_count++;
	return 0;
}

int meterdata_add_counts(struct meterdata *m, int64_t time, uint64_t counts)
{
	if (m->form.counter.modulus && counts >= m->form.counter.modulus)
		return -EDOM;
	if (time < 0 || (m->forgotten != INT64_MIN && time / m->form.slot < m->forgotten))
		return -ERANGE;
	if (!m->form.late || (m->started && time <= m->last.time))
		return take(m, time, counts);
	int r = hold(m, time, counts);
	if (r < 0)
		return r;
	take_held(m, m->held[m->held_count - 1].time - m->form.late);
	return 0;
}

bool meterdata_awaits(const struct meterdata *m, int64_t time)
{
	return m->held_count && m->known < time;
}

void meterdata_settle(struct meterdata *m, int64_t time)
{
	take_held(m, time);
}
