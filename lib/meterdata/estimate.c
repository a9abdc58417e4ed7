/* What is missing, worked out by rule: see meterdata.h. */
#include <string.h>

#include "meterdata/parts.h"

#define HOUR (3600 * SECONDS)

enum { LIKE_DAYS = 4, LOOK_BACK = 28 };

/* A run of slots to be worked out, with a weight for each. */
struct run {
	int64_t first, end; /* numbers */
	enum estimate_method method;
};

static bool measured(const struct meterdata *m, int64_t number, decimal *ret)
{
	return meterdata_slot(m, number, ret) == SLOT_MEASURED;
}

static bool by_line(const struct meterdata *m, const struct run *run, int64_t number, decimal *ret)
{
	decimal before, behind;
	if (!measured(m, run->first - 1, &before) || !measured(m, run->end, &behind))
		return false;
	int64_t at = number - run->first + 1, steps = run->end - run->first + 1;
	*ret = behind >= before ? before + meterdata_share(behind - before, at, steps)
				: before - meterdata_share(before - behind, at, steps);
	return true;
}

/* The slot of the same local time so many days before, where it is measured on a day like it. */
static bool like_slot(const struct meterdata_view *v, struct local_time t, int days, decimal *ret)
{
	int64_t moments[2];
	int32_t day = t.day - days;
	if (holidays_has(v->holidays, day) && date_weekday(day) != SUNDAY)
		return false;
	zone_utc(v->zone, day, t.second, moments);
	return measured(v->m, meterdata_number(v->m, moments[0]), ret);
}

static bool by_like_days(const struct meterdata_view *v, int64_t number, decimal *ret)
{
	struct zone_span span = { 0 };
	struct local_time t = zone_local(v->zone, &span, number * v->m->form.slot);
	int weekday = holidays_has(v->holidays, t.day) ? SUNDAY : date_weekday(t.day);
	int back = (date_weekday(t.day) - weekday + 7) % 7, found = 0;
	__int128 sum = 0;
	decimal one;
	for (int days = back ? back : 7; days <= LOOK_BACK && found < LIKE_DAYS; days += 7)
		if (like_slot(v, t, days, &one)) {
			sum += one;
			found++;
		}
	if (!found)
		return false;
	*ret = (decimal)((sum + found / 2) / found);
	return true;
}

/* Whether a rule reaches every slot of the run from first to end. */
static bool find_method(const struct meterdata_view *v, struct run *run, int64_t first, int64_t end)
{
	decimal one;
	bool is_short = (run->end - run->first) * v->m->form.slot <= 2 * HOUR;
	run->method = is_short ? ESTIMATE_LINE : ESTIMATE_LIKE_DAYS;
	if (is_short)
		return by_line(v->m, run, run->first, &one);
	for (int64_t n = first; n < end; n++)
		if (!by_like_days(v, n, &one))
			return false;
	return true;
}

static decimal estimated(const struct meterdata_view *v, const struct run *run, int64_t number)
{
	decimal one = 0;
	if (run->method == ESTIMATE_LINE)
		by_line(v->m, run, number, &one);
	else if (run->method == ESTIMATE_LIKE_DAYS)
		by_like_days(v, number, &one);
	return one;
}

/* Of a run that goes on beyond the view its part in the view. */
static void tell(struct meterdata_view *v, const struct run *run, bool scaled, decimal energy)
{
	int64_t slot = v->m->form.slot;
	int64_t from = run->first > v->from ? run->first : v->from;
	int64_t until = run->end < v->until ? run->end : v->until;
	if (until > from)
		buffer_add(v->estimates,
			&(struct estimate){
				from * slot, until * slot, run->method, scaled, energy },
			sizeof(struct estimate));
}

/* Returns what of it lies in the view. */
static decimal put(struct meterdata_view *v, int64_t number, decimal energy)
{
	if (number < v->from || number >= v->until)
		return 0;
	v->energy[number - v->from] += energy;
	if (v->state[number - v->from] != SLOT_MEASURED)
		v->state[number - v->from] = SLOT_ESTIMATED;
	return energy;
}

/* How long a gap lies in a slot. */
static int64_t overlap(const struct gap *gap, int64_t number, int64_t slot)
{
	int64_t from = number * slot, until = from + slot;
	from = gap->from.time > from ? gap->from.time : from;
	until = gap->to.time < until ? gap->to.time : until;
	return until > from ? until - from : 0;
}

static decimal weight(const struct meterdata_view *v, const struct run *run, const struct gap *gap,
	int64_t number)
{
	int64_t slot = v->m->form.slot, within = overlap(gap, number, slot);
	return run->method == ESTIMATE_EVEN
		       ? within
		       : meterdata_share(estimated(v, run, number), within, slot);
}

static __int128 sum_of_weights(
	const struct meterdata_view *v, const struct run *run, const struct gap *gap)
{
	__int128 sum = 0;
	for (int64_t n = run->first; n < run->end; n++)
		sum += weight(v, run, gap, n);
	return sum;
}

/* The energy of a gap is shared out by weights; what is rounded off one slot goes to the next. */
static void share_out(struct meterdata_view *v, const struct gap *gap)
{
	int64_t slot = v->m->form.slot;
	struct run run = { gap->from.time / slot, (gap->to.time + slot - 1) / slot, ESTIMATE_EVEN };
	decimal all = gap->to.energy - gap->from.energy, given = 0, seen = 0;
	__int128 so_far = 0,
		 sum = find_method(v, &run, run.first, run.end) ? sum_of_weights(v, &run, gap) : 0;
	if (!sum) {
		run.method = ESTIMATE_EVEN;
		sum = sum_of_weights(v, &run, gap);
	}
	for (int64_t n = run.first; n < run.end; n++) {
		so_far += weight(v, &run, gap, n);
		decimal part = (decimal)(all * so_far / sum) - given;
		seen += put(v, n, part);
		given += part;
	}
	tell(v, &run, true, seen);
}

static bool in_gap(const struct meterdata *m, int64_t number)
{
	for (size_t i = 0; i < m->gap_count; i++)
		if (overlap(&m->gaps[i], number, m->form.slot))
			return true;
	return false;
}

/* How far a run goes on beyond the view has no say in it, but for whether it is short: what is there
 * may still be on its way. */
static void fill_run(struct meterdata_view *v, struct run *run)
{
	int64_t first = run->first > v->from ? run->first : v->from;
	int64_t end = run->end < v->until ? run->end : v->until;
	__int128 seen = 0;
	if (!find_method(v, run, first, end))
		return;
	for (int64_t n = first; n < end; n++)
		seen += put(v, n, estimated(v, run, n));
	tell(v, run, false, (decimal)seen);
}

static bool is_missing(const struct meterdata *m, int64_t number)
{
	decimal energy;
	return meterdata_slot(m, number, &energy) == SLOT_MISSING && !in_gap(m, number);
}

/* Runs of missing slots between others that are not; what lies before all data and behind stays
 * missing. Of a register, what is in no gap is where a segment ends: nothing is made up for it. */
static void fill_runs(struct meterdata_view *v)
{
	const struct meterdata *m = v->m;
	int64_t end = m->first + (int64_t)m->count, n = v->from > m->first ? v->from : m->first;
	while (n > m->first && is_missing(m, n))
		n--;
	while (n < v->until && n < end) {
		struct run run = { n, n, ESTIMATE_LINE };
		while (run.end < end && is_missing(m, run.end))
			run.end++;
		if (run.end > run.first && run.first > m->first && run.end < end)
			fill_run(v, &run);
		n = run.end + (run.end == run.first);
	}
}

static void tell_parts(struct meterdata_view *v)
{
	for (int64_t n = v->from; n < v->until; n++)
		if (v->state[n - v->from] == SLOT_ESTIMATED && !in_gap(v->m, n))
			tell(v, &(struct run){ n, n + 1, ESTIMATE_PART }, false,
				v->energy[n - v->from]);
}

void meterdata_estimate(struct meterdata_view *v)
{
	tell_parts(v);
	for (size_t i = 0; i < v->m->gap_count; i++) {
		const struct gap *gap = &v->m->gaps[i];
		if (gap->to.time > v->from * v->m->form.slot &&
			gap->from.time < v->until * v->m->form.slot)
			share_out(v, gap);
	}
	if (v->m->form.kind != METERDATA_REGISTER)
		fill_runs(v);
}
