#include "demand/demand.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "demand/parts.h"
#include "reading.h"

static size_t meter_size(const struct demand *d)
{
	size_t posts = (size_t)schedule_count(d->form.when.schedule);
	return sizeof(struct demand_meter) + posts * sizeof(struct demand_post);
}

static void leave(void *state)
{
	struct demand_meter *m = state;
	free(m->name);
}

struct demand *demand_open(const struct demand_form *form, size_t meters,
	void (*closed)(struct str source, const struct demand_block *block))
{
	struct demand *d = allocate(1, sizeof(*d));
	d->form = *form;
	d->closed = closed;
	d->meters = series_open(meter_size(d), meters, leave);
	return d;
}

void demand_begin_meter(struct demand_meter *m, struct demand *d, struct str source)
{
	m->of = d;
	m->name = or_abort(strndup(source.data, source.len));
	m->block = -1;
	decimal_narrow(
		decimal_multiply(d->form.unit, d->form.multiplier), DECIMAL_HALF_UP, &m->factor);
}

static struct demand_meter *get_meter(struct demand *d, struct str source)
{
	bool is_new;
	struct demand_meter *m = series_get(d->meters, source, &is_new);
	if (is_new)
		demand_begin_meter(m, d, source);
	return m;
}

void demand_unit(struct demand *d, struct str source, decimal unit)
{
	decimal factor;
	if (decimal_narrow(decimal_multiply(unit, d->form.multiplier), DECIMAL_HALF_UP, &factor) ==
			0 &&
		factor > 0)
		get_meter(d, source)->factor = factor;
}

static int post_of(struct demand_meter *m, int64_t time)
{
	const struct timetable *when = &m->of->form.when;
	struct local_time t = zone_local(when->zone, &m->span, time);
	return schedule_post(when->schedule, when->holidays, t.day, t.second);
}

/* Maxima begin anew with a cycle; outside all cycles they go on. */
static void enter_cycle(struct demand_meter *m, int64_t time)
{
	struct cycle cycle;
	if (time >= m->cycle.start && time < m->cycle.end)
		return;
	if (cycles_at(&m->of->form.cycles, m->of->form.when.zone, time, &cycle) < 0)
		return;
	m->cycle = cycle;
	memset(m->posts, 0, meter_size(m->of) - sizeof(*m));
}

static enum demand_level level_of(const struct demand_form *form, int post, decimal demand)
{
	decimal_product contract = decimal_widen(form->contract[post]);
	decimal_product limit = contract + decimal_multiply(form->contract[post], form->tolerance);
	return !contract || decimal_widen(demand) <= contract ? DEMAND_WITHIN
	       : decimal_widen(demand) <= limit		      ? DEMAND_WARNING
							      : DEMAND_ALARM;
}

static decimal mean(__int128 energy, int64_t time)
{
	return (decimal)((energy + time / 2) / time);
}

/* A block of which part is not known: its mean is that of what is, and is not certain. */
static void close_block(struct demand_meter *m)
{
	const struct demand_form *form = &m->of->form;
	int64_t start = m->block * form->block;
	bool enough = m->covered * (__int128)DECIMAL_ONE >= (__int128)form->block * form->enough;
	if (!m->covered)
		return;
	enter_cycle(m, start);
	struct demand_block b = { .start = start, .end = start + form->block };
	b.post = post_of(m, start);
	b.demand = mean(m->energy, m->covered);
	b.energy = mean(m->energy, HOUR);
	b.level = enough ? level_of(form, b.post, b.demand) : DEMAND_WITHIN;
	b.status = status_worst(m->status, enough ? STATUS_GOOD : STATUS_UNCERTAIN_DATA_SUBNORMAL);
	b.posts = m->posts;
	struct demand_post *post = &m->posts[b.post];
	post->energy += m->energy;
	post->covered += m->covered;
	if (status_is_good(b.status) && b.demand > post->max) {
		post->max = b.demand;
		post->max_at = start;
	}
	m->of->closed(str(m->name), &b);
}

static void enter_block(struct demand_meter *m, int64_t time)
{
	int64_t block = time / m->of->form.block;
	if (block <= m->block)
		return;
	close_block(m);
	m->block = block;
	m->energy = 0;
	m->covered = 0;
	m->status = STATUS_GOOD;
	m->told = DEMAND_WITHIN;
}

/* Energy that was used evenly from one time to another. */
static void use(
	struct demand_meter *m, int64_t from, int64_t until, __int128 energy, uint32_t status)
{
	int64_t length = m->of->form.block, at = from;
	__int128 given = 0;
	while (at < until) {
		enter_block(m, at);
		int64_t next = (at / length + 1) * length;
		next = next < until ? next : until;
		__int128 so_far = energy / (until - from) * (next - from) +
				  energy % (until - from) * (next - from) / (until - from);
		m->energy += so_far - given;
		m->covered += next - at;
		m->status = status_worst(m->status, status);
		given = so_far;
		at = next;
	}
}

static int power_of(const struct demand_meter *m, const struct wire *w, decimal *ret)
{
	decimal v;
	int r = reading_decimal(w, DECIMAL_DIGITS, &v);
	r = r ?: decimal_narrow(decimal_multiply(v, m->factor), DECIMAL_HALF_UP, ret);
	return r < 0 ? -EDOM : 0;
}

/* Power that is given back is no demand. */
static decimal taken(decimal power)
{
	return power > 0 ? power : 0;
}

static int read_interval(
	struct demand_meter *m, int64_t time, const struct wire *w, uint32_t status)
{
	const struct demand_form *form = &m->of->form;
	int64_t begin = form->at_end ? time - form->interval : time;
	decimal power;
	if (power_of(m, w, &power) < 0 || begin < 0)
		return -EDOM;
	if (m->started && begin < m->last)
		return -ESTALE;
	m->power = power;
	m->last = begin + form->interval;
	use(m, begin, m->last, (__int128)taken(power) * form->interval, status);
	return 0;
}

/* The last power holds until now, but not for ever. */
static void hold_power(struct demand_meter *m, int64_t now)
{
	int64_t until = m->read + m->of->form.hold;
	until = until < now ? until : now;
	if (m->started && until > m->last)
		use(m, m->last, until, (__int128)taken(m->power) * (until - m->last),
			m->power_status);
}

static int read_power(struct demand_meter *m, int64_t time, const struct wire *w)
{
	decimal power;
	if (power_of(m, w, &power) < 0)
		return -EDOM;
	if (m->started && (time < m->last || time == m->read))
		return -ESTALE;
	hold_power(m, time);
	m->power = power;
	m->read = time;
	m->last = time;
	return 0;
}

/* A difference over more than hold has no known course; a new segment no known energy. */
static int read_counter(struct demand_meter *m, int64_t time, const struct wire *w, uint32_t status)
{
	struct counter counter = m->of->form.counter;
	uint64_t counts, more;
	decimal energy;
	counter.factor = m->factor;
	if (counter_counts(&counter, w, &counts) < 0)
		return -EDOM;
	if (m->started && time <= m->last)
		return -ESTALE;
	int64_t elapsed = time - m->last;
	if (m->started && counter_difference(&counter, m->counts, counts, elapsed, &more) == 0 &&
		counter_energy(&counter, more, &energy) == 0) {
		uint32_t course =
			elapsed > m->of->form.hold ? STATUS_UNCERTAIN_DATA_SUBNORMAL : STATUS_GOOD;
		use(m, m->last, time, (__int128)energy * HOUR, status_worst(status, course));
		m->power = mean((__int128)energy * HOUR, elapsed);
	}
	m->counts = counts;
	m->last = time;
	return 0;
}

static void project(struct demand_meter *m, int64_t time, struct demand_projection *ret)
{
	const struct demand_form *form = &m->of->form;
	int64_t left = (m->block + 1) * form->block - time;
	*ret = (struct demand_projection){ .time = time,
		.end = time + left,
		.demand = mean(m->energy + (__int128)taken(m->power) * left, m->covered + left),
		.post = post_of(m, m->block * form->block),
		.status = status_worst(m->status, m->power_status) };
	ret->level = level_of(form, ret->post, ret->demand);
	ret->raised = ret->level > m->told && left;
	if (ret->raised)
		m->told = ret->level;
}

int demand_read(struct demand *d, struct str source, int64_t time, const struct wire *reading,
	uint32_t status, struct demand_projection *ret)
{
	struct demand_meter *m = get_meter(d, source);
	if (status_is_bad(status) || time < 0)
		return -EDOM;
	int r = d->form.by_counter ? read_counter(m, time, reading, status)
		: d->form.interval ? read_interval(m, time, reading, status)
				   : read_power(m, time, reading);
	if (r < 0)
		return r;
	m->started = true;
	m->power_status = status;
	if (!d->form.interval)
		enter_block(m, m->last);
	project(m, m->last, ret);
	enter_block(m, m->last);
	return 0;
}

/* The next reading of a counter tells what was used before the mark too. */
void demand_mark(struct demand *d, struct str source, int64_t time)
{
	struct demand_meter *m = get_meter(d, source);
	if (d->form.by_counter || !m->started)
		return;
	if (d->form.interval && d->form.at_end)
		time -= d->form.interval;
	if (time <= m->last)
		return;
	if (!d->form.interval) {
		hold_power(m, time);
		m->last = time;
	}
	enter_block(m, time);
}

static void end_meter(struct str name, void *state)
{
	(void)name;
	close_block(state);
}

void demand_end(struct demand *d)
{
	series_each(d->meters, end_meter);
}

int demand_load_factor(const struct demand_post *post, decimal *ret)
{
	if (!post->max || !post->covered)
		return -ENODATA;
	*ret = (decimal)((__int128)mean(post->energy, post->covered) * DECIMAL_ONE / post->max);
	return 0;
}
