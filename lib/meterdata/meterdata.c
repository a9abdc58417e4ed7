#include "meterdata/meterdata.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "meterdata/parts.h"
#include "reading.h"

#define HOUR (3600 * SECONDS)

struct meterdata *meterdata_open(const struct meterdata_form *form)
{
	struct meterdata *m = allocate(1, sizeof(*m));
	m->form = *form;
	if (!m->form.every)
		m->form.every = form->slot;
	m->forgotten = INT64_MIN;
	m->known = INT64_MIN;
	return m;
}

void meterdata_close(struct meterdata *m)
{
	if (!m)
		return;
	free(m->energy);
	free(m->cover);
	free(m->gaps);
	free(m->held);
	free(m);
}

static void make_room(struct meterdata *m, size_t count)
{
	if (count <= m->room)
		return;
	m->room = count < 96 ? 96 : count > 2 * m->room ? count : 2 * m->room;
	m->energy = reallocate(m->energy, m->room, sizeof(*m->energy));
	m->cover = reallocate(m->cover, m->room, sizeof(*m->cover));
}

/* Adds slots of which nothing is known, before the others or behind them. */
static void extend(struct meterdata *m, size_t before, size_t behind)
{
	if (!before && !behind)
		return;
	make_room(m, m->count + before + behind);
	if (before) {
		memmove(m->energy + before, m->energy, m->count * sizeof(*m->energy));
		memmove(m->cover + before, m->cover, m->count * sizeof(*m->cover));
	}
	size_t at = before ? 0 : m->count;
	memset(m->energy + at, 0, (before + behind) * sizeof(*m->energy));
	memset(m->cover + at, 0, (before + behind) * sizeof(*m->cover));
	m->first -= (int64_t)before;
	m->count += before + behind;
}

void meterdata_reset(struct meterdata *m, int64_t first, size_t count)
{
	m->count = 0;
	m->first = first;
	extend(m, 0, count);
}

int64_t meterdata_index(struct meterdata *m, int64_t number)
{
	int64_t most = METERDATA_DAYS * 24 * HOUR / m->form.slot;
	if (number < m->forgotten)
		return -ERANGE;
	if (!m->count)
		m->first = number;
	int64_t at = number - m->first, end = (int64_t)m->count;
	if (at >= most || end - at > most)
		return -ERANGE;
	if (at < 0)
		extend(m, (size_t)-at, 0);
	else if (at >= end)
		extend(m, 0, (size_t)(at - end + 1));
	return number - m->first;
}

decimal meterdata_share(decimal a, int64_t b, int64_t c)
{
	return (decimal)(((__int128)a * b + c / 2) / c);
}

/* The energy of a power over a time, or of an interval's reading. */
static int energy_of(
	const struct meterdata *m, decimal_product reading, int64_t of, int64_t parts, decimal *ret)
{
	decimal_product energy;
	decimal_factor numerator = 1, denominator = (decimal_factor)parts;
	if (m->form.kind == METERDATA_POWER) {
		numerator = (decimal_factor)of;
		denominator *= (decimal_factor)HOUR;
	}
	int r = decimal_ratio(
		reading, numerator, denominator, DECIMAL_DIGITS, DECIMAL_HALF_UP, &energy);
	return r ?: decimal_narrow(energy, DECIMAL_HALF_UP, ret);
}

static int check_power(const struct meterdata *m, decimal reading)
{
	decimal energy, most;
	if (reading < 0)
		return -EDOM;
	if (!m->form.counter.max)
		return 0;
	if (energy_of(m, decimal_multiply(reading, m->form.counter.factor), HOUR, 1, &energy) < 0)
		return -EDOM;
	most = m->form.kind == METERDATA_POWER
		       ? m->form.counter.max
		       : meterdata_share(m->form.counter.max, m->form.every, HOUR);
	return energy > most ? -EDOM : 0;
}

/* A whole slot's reading is kept as energy, one of a part as it is: their sum is rounded once. */
static int add_interval(struct meterdata *m, int64_t begin, decimal reading)
{
	int64_t at = meterdata_index(m, meterdata_number(m, begin));
	decimal energy;
	if (at < 0)
		return (int)at;
	if (meterdata_in_parts(m)) {
		if (m->cover[at] >= meterdata_parts(m))
			return -EALREADY;
		m->cover[at]++;
		return decimal_add(m->energy[at], reading, &m->energy[at]) < 0 ? -EDOM : 0;
	}
	if (energy_of(m, decimal_multiply(reading, m->form.counter.factor), m->form.slot, 1,
		    &energy) < 0)
		return -EDOM;
	m->energy[at] = energy;
	m->cover[at] = WHOLE;
	return 0;
}

int meterdata_add_decimal(struct meterdata *m, int64_t time, decimal reading)
{
	int64_t begin = m->form.at_end ? time - m->form.every : time;
	if (check_power(m, reading) < 0)
		return -EDOM;
	if (begin < 0)
		return -ERANGE;
	int r = add_interval(m, begin, reading);
	int64_t end = begin - begin % m->form.every + m->form.every;
	if (r == 0 && end > m->known)
		m->known = end;
	return r;
}

enum slot_state meterdata_slot(const struct meterdata *m, int64_t number, decimal *ret_energy)
{
	int64_t at = number - m->first;
	*ret_energy = 0;
	if (at < 0 || at >= (int64_t)m->count || !m->cover[at])
		return SLOT_MISSING;
	int64_t parts = meterdata_in_parts(m) ? meterdata_parts(m) : WHOLE, cover = m->cover[at];
	bool running = (number + 1) * m->form.slot > m->known;
	if (!meterdata_in_parts(m))
		*ret_energy = m->energy[at];
	else if (m->form.kind == METERDATA_POWER)
		energy_of(m, decimal_multiply(m->energy[at], m->form.counter.factor),
			running ? cover * m->form.every : m->form.slot, cover, ret_energy);
	else
		energy_of(m,
			decimal_multiply(m->energy[at], m->form.counter.factor) *
				(running ? 1 : parts),
			1, running ? 1 : cover, ret_energy);
	return cover * WHOLE >= parts * ENOUGH && !running ? SLOT_MEASURED : SLOT_ESTIMATED;
}

int meterdata_add(struct meterdata *m, int64_t time, const struct wire *w)
{
	bool is_register = m->form.kind == METERDATA_REGISTER;
	uint64_t counts;
	decimal v;
	int r = is_register ? counter_counts(&m->form.counter, w, &counts)
			    : reading_decimal(w, m->form.counter.decimals, &v);
	if (r < 0)
		return -EDOM;
	return is_register ? meterdata_add_counts(m, time, counts)
			   : meterdata_add_decimal(m, time, v);
}

int64_t meterdata_known(const struct meterdata *m)
{
	return m->known;
}

void meterdata_forget(struct meterdata *m, int64_t before)
{
	int64_t number = meterdata_number(m, before - m->form.history);
	size_t gone = number > m->first ? (size_t)(number - m->first) : 0, past = 0;
	if (number > m->forgotten)
		m->forgotten = number;
	if (gone > m->count)
		gone = m->count;
	if (!gone)
		return;
	m->count -= gone;
	m->first += (int64_t)gone;
	memmove(m->energy, m->energy + gone, m->count * sizeof(*m->energy));
	memmove(m->cover, m->cover + gone, m->count * sizeof(*m->cover));
	while (past < m->gap_count && m->gaps[past].to.time <= m->first * m->form.slot)
		past++;
	m->gap_count -= past;
	if (past)
		memmove(m->gaps, m->gaps + past, m->gap_count * sizeof(*m->gaps));
}

static bool nothing_missing(const struct meterdata *m, int64_t from, int64_t until)
{
	if (meterdata_in_parts(m) || from < m->first || until > m->first + (int64_t)m->count ||
		until * m->form.slot > m->known)
		return false;
	for (int64_t n = from; n < until; n++)
		if (m->cover[n - m->first] < ENOUGH)
			return false;
	return true;
}

/* Arrays that all meters lend by turns. */
static struct {
	decimal *energy;
	uint8_t *state;
	size_t room;
	struct buffer estimates;
} lent;

static void lend(size_t count)
{
	lent.estimates.len = 0;
	if (count <= lent.room)
		return;
	lent.energy = reallocate(lent.energy, count, sizeof(*lent.energy));
	lent.state = reallocate(lent.state, count, sizeof(*lent.state));
	lent.room = count;
}

static void fill(struct meterdata *m, struct meterdata_view *v, struct meterdata_slots *ret)
{
	for (int64_t n = v->from; n < v->until; n++)
		v->state[n - v->from] = (uint8_t)meterdata_slot(m, n, &v->energy[n - v->from]);
	meterdata_estimate(v);
	for (size_t i = 0; i < ret->count; i++) {
		ret->measured += v->state[i] == SLOT_MEASURED;
		ret->estimated += v->state[i] == SLOT_ESTIMATED;
	}
}

void meterdata_slots(struct meterdata *m, int64_t from, int64_t until, const struct zone *zone,
	const struct holidays *holidays, struct meterdata_slots *ret)
{
	int64_t first = meterdata_number(m, from), end = meterdata_number(m, until);
	*ret = (struct meterdata_slots){ .first = first * m->form.slot,
		.count = (size_t)(end - first) };
	lend(ret->count);
	ret->state = lent.state;
	if (nothing_missing(m, first, end)) {
		memset(lent.state, SLOT_MEASURED, ret->count);
		ret->energy = m->energy + (first - m->first);
		ret->measured = ret->count;
		return;
	}
	ret->energy = lent.energy;
	fill(m,
		&(struct meterdata_view){
			m, first, end, lent.energy, lent.state, zone, holidays, &lent.estimates },
		ret);
	ret->estimates = (const struct estimate *)lent.estimates.data;
	ret->estimate_count = lent.estimates.len / sizeof(struct estimate);
}
