#include "budget/consumption.h"

#include <errno.h>

enum { WEEKS = 4 };

static decimal energy_of(const struct consumption *c, int32_t day)
{
	int at = day % CONSUMPTION_DAYS;
	return day >= 0 && c->days[at].day == day ? c->days[at].energy : 0;
}

/* A day of which too little is known would make the others look high. */
static bool is_known(const struct consumption *c, const struct consumption_form *form, int32_t day)
{
	int at = day % CONSUMPTION_DAYS;
	int64_t length = zone_day_start(form->zone, day + 1) - zone_day_start(form->zone, day);
	return day >= 0 && c->days[at].day == day && c->days[at].covered >= length / 10 * 9;
}

static decimal usual_of(
	const struct consumption *c, const struct consumption_form *form, int32_t day)
{
	__int128 sum = 0;
	int count = 0;
	for (int week = 1; week <= WEEKS; week++)
		if (is_known(c, form, day - 7 * week)) {
			sum += energy_of(c, day - 7 * week);
			count++;
		}
	return count ? (decimal)((sum + count / 2) / count) : 0;
}

/* Sums of the cycle's days so far; those before the first reading do not count as days. What is usual
 * is summed where it is known for each of them. */
static void sum_cycle(const struct consumption *c, const struct consumption_form *form, int32_t day,
	struct consumption_day *d)
{
	bool all_usual = true;
	int days = 0;
	for (int32_t i = d->cycle.first_day; i <= day; i++) {
		decimal energy = energy_of(c, i), usual = usual_of(c, form, i);
		if (!days && !energy)
			continue;
		days++;
		d->to_date += energy;
		d->usual_to_date += usual;
		all_usual &= usual > 0;
	}
	if (days)
		d->projected = (decimal)((__int128)d->to_date * cycle_days(&d->cycle) / days);
	if (!all_usual)
		d->usual_to_date = 0;
}

static unsigned findings_of(
	struct consumption *c, const struct consumption_form *form, const struct consumption_day *d)
{
	unsigned found = 0;
	__int128 limit = decimal_widen(d->usual) + decimal_multiply(d->usual, form->tolerance);
	if (form->budget && d->projected > form->budget)
		found |= CONSUMPTION_PROJECTED;
	if (form->budget && d->to_date > form->budget)
		found |= CONSUMPTION_EXCEEDED;
	found &= ~c->told;
	c->told |= found;
	if (d->usual && decimal_widen(d->energy) > limit)
		found |= CONSUMPTION_HIGH;
	return found;
}

static bool close_day(
	struct consumption *c, const struct consumption_form *form, struct consumption_day *ret)
{
	struct consumption_day d = { .start = zone_day_start(form->zone, c->today) };
	d.end = zone_day_start(form->zone, c->today + 1);
	if (cycles_at(&form->cycles, form->zone, d.start, &d.cycle) < 0 ||
		d.cycle.end_day - d.cycle.first_day > CONSUMPTION_DAYS - 7 * WEEKS - 1)
		return false;
	if (d.cycle.start != c->cycle.start)
		c->told = 0;
	c->cycle = d.cycle;
	d.energy = energy_of(c, c->today);
	d.usual = usual_of(c, form, c->today);
	sum_cycle(c, form, c->today, &d);
	d.findings = findings_of(c, form, &d);
	*ret = d;
	return true;
}

static int32_t day_of(struct consumption *c, const struct consumption_form *form, int64_t time)
{
	return zone_local(form->zone, &c->span, time).day;
}

bool consumption_mark(struct consumption *c, const struct consumption_form *form, int64_t time,
	struct consumption_day *ret)
{
	int32_t day = day_of(c, form, time);
	if (!c->started || day <= c->today)
		return false;
	bool closed = close_day(c, form, ret);
	c->today = day;
	return closed;
}

int consumption_add(struct consumption *c, const struct consumption_form *form, int64_t time,
	decimal energy, struct consumption_day *ret)
{
	int32_t day = day_of(c, form, time);
	int at = day % CONSUMPTION_DAYS;
	if (day < 0 || (c->started && day <= c->today - CONSUMPTION_DAYS))
		return -ERANGE;
	bool closed = consumption_mark(c, form, time, ret);
	if (!c->started)
		c->today = day;
	c->started = true;
	if (c->days[at].day != day) {
		c->days[at].day = day;
		c->days[at].covered = 0;
		c->days[at].energy = 0;
	}
	c->days[at].covered += form->interval;
	decimal_add(c->days[at].energy, energy, &c->days[at].energy);
	return closed;
}

void consumption_save(const struct consumption *c, struct buffer *to)
{
	wire_array(to, 5 + 3 * CONSUMPTION_DAYS);
	wire_uint(to, c->started);
	wire_int(to, c->today);
	wire_int(to, c->cycle.start);
	wire_int(to, c->cycle.end);
	wire_uint(to, c->told);
	for (int i = 0; i < CONSUMPTION_DAYS; i++) {
		wire_int(to, c->days[i].day);
		wire_int(to, c->days[i].covered);
		wire_int(to, c->days[i].energy);
	}
}

static bool load_day(struct consumption *c, int at, struct cursor *from)
{
	int64_t day;
	if (wire_next_int(from, &day) != 1 || day < 0 || day > INT32_MAX ||
		(day && day % CONSUMPTION_DAYS != at))
		return false;
	c->days[at].day = (int32_t)day;
	return wire_next_int(from, &c->days[at].covered) == 1 &&
	       wire_next_int(from, &c->days[at].energy) == 1;
}

bool consumption_load(struct consumption *c, struct cursor *from)
{
	uint32_t size;
	uint64_t started, told;
	int64_t today;
	if (wire_next_array(from, &size) != 1 || size != 5 + 3 * CONSUMPTION_DAYS ||
		wire_next_uint_to(from, 1, &started) != 1 || wire_next_int(from, &today) != 1 ||
		today < 0 || today > HOLIDAYS_DAYS || wire_next_int(from, &c->cycle.start) != 1 ||
		wire_next_int(from, &c->cycle.end) != 1 || wire_next_uint(from, &told) != 1)
		return false;
	c->started = started;
	c->today = (int32_t)today;
	c->told = (unsigned)told;
	for (int i = 0; i < CONSUMPTION_DAYS; i++)
		if (!load_day(c, i, from))
			return false;
	return true;
}
