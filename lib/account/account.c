#include "account/account.h"

#include <errno.h>
#include <stdlib.h>

#include "account/parts.h"
#include "allocate.h"
#include "clock.h"
#include "series.h"
#include "text.h"

void period_close(struct period *p)
{
	free(p->totals);
	free(p->estimated);
}

static void leave(void *state)
{
	struct account *a = *(struct account **)state;
	if (!a)
		return;
	if (!a->of->closing)
		account_bill_all(a);
	a->of->era++;
	a->of->last = NULL;
	for (size_t i = 0; i < a->count; i++)
		period_close(&a->periods[i]);
	for (int c = 0; c < CHANNELS; c++)
		meterdata_close(a->data[c]);
	register_readings_close(a->check);
	free(a->periods);
	free((char *)a->meter.data);
	free(a);
}

struct accounts *accounts_open(const struct accounts_form *form)
{
	struct accounts *a = allocate(1, sizeof(*a));
	a->form = *form;
	a->meters = series_open(sizeof(struct account *), form->meters, leave);
	return a;
}

void accounts_close(struct accounts *a)
{
	a->closing = true;
	series_close(a->meters);
	free(a);
}

struct account *account_open(struct accounts *of, struct str meter, const struct customer *customer)
{
	int64_t every = of->form.readings.every;
	struct account *a = allocate(1, sizeof(*a));
	a->of = of;
	a->customer = customer;
	a->slot = customer->tariff->interval;
	a->every = every > a->slot ? a->slot : every;
	a->due = INT64_MAX;
	a->contract = customer->contract;
	a->meter = (struct str){ text_print("%.*s", STR_ARG(meter)), meter.len };
	return a;
}

static struct account *find_account(struct accounts *a, struct str meter)
{
	const struct customer *c = customers_find(a->form.customers, meter);
	bool is_new;
	if (!c)
		return NULL;
	struct account **account = series_get(a->meters, meter, &is_new);
	if (!*account)
		*account = account_open(a, meter, c);
	return *account;
}

/* Meters mostly send in the same order, round by round: the one that followed last time is tried
 * first. */
struct account *accounts_get(struct accounts *a, struct str meter)
{
	struct account *last = a->last, *found = last ? last->follower : NULL;
	if (!found || last->follower_era != a->era || !str_eq(found->meter, meter))
		found = find_account(a, meter);
	last = a->last;
	if (last && found) {
		last->follower = found;
		last->follower_era = a->era;
	}
	if (found)
		a->last = found;
	return found;
}

const struct customer *account_customer(const struct account *a)
{
	return a->customer;
}

/* What a meter counts, times the customer's ratio. */
static struct counter counter_of(const struct account *a)
{
	struct counter c = a->of->form.readings.counter;
	c.factor = (decimal)(((__int128)c.factor * a->customer->factor) / DECIMAL_ONE);
	return c;
}

/* Intervals longer than the tariff's are handed over in parts of its length. */
struct meterdata *account_channel(struct account *a, enum channel c)
{
	if (a->data[c])
		return a->data[c];
	struct meterdata_form form = a->of->form.readings;
	form.slot = a->slot;
	form.every = a->every;
	form.counter = counter_of(a);
	return a->data[c] = meterdata_open(&form);
}

struct register_readings *account_check(struct account *a)
{
	struct counter counter = counter_of(a);
	if (!a->check)
		a->check = register_readings_open(&counter, a->slot);
	return a->check;
}

/* Of a register the reading behind the cycle's end says what was used before it: the bill waits for
 * that as long as one is held for its order. */
bool period_waits(const struct account *a, const struct period *p)
{
	return p->changed && p->cycle.end <= a->ended && a->data[IMPORT] &&
	       meterdata_awaits(a->data[IMPORT], p->cycle.end);
}

static void note_due(struct account *a, const struct period *p)
{
	int64_t forgotten = p->cycle.end + a->of->form.revise;
	int64_t due = p->cycle.end > a->ended ? p->cycle.end : forgotten;
	if (period_waits(a, p))
		due = a->ended + 1;
	if (due > a->ended && due < a->due)
		a->due = due;
}

static int open_period(struct account *a, int64_t time, size_t at, struct period **ret)
{
	const struct customer *c = a->customer;
	struct period p = { .changed = false };
	bool too_far = time / SECONDS / 86400 >= date_number(DATE_YEAR_MAX, 1, 1);
	int r = too_far ? -ERANGE : cycles_at(&c->cycles, c->tariff->when.zone, time, &p.cycle);
	if (!r && p.cycle.end <= a->ended - a->of->form.revise)
		r = -ESTALE;
	if (!r && a->count == PERIODS_MAX)
		r = -EFBIG;
	if (r < 0)
		return r;
	a->periods = reallocate(a->periods, a->count + 1, sizeof(*a->periods));
	memmove(a->periods + at + 1, a->periods + at, (a->count - at) * sizeof(*a->periods));
	a->periods[at] = p;
	a->count++;
	note_due(a, &p);
	*ret = &a->periods[at];
	return 0;
}

static int find_period(struct account *a, int64_t time, struct period **ret)
{
	size_t i = a->count;
	while (i && a->periods[i - 1].cycle.start > time)
		i--;
	if (i && time < a->periods[i - 1].cycle.end) {
		*ret = &a->periods[i - 1];
		return 0;
	}
	return open_period(a, time, i, ret);
}

static void touch(struct period *p, int64_t time)
{
	p->changed = true;
	if (time > p->newest)
		p->newest = time;
}

size_t period_slots(const struct account *a, const struct period *p, int64_t *ret_first)
{
	int64_t slot = a->customer->tariff->interval;
	*ret_first = (p->cycle.start + slot - 1) / slot * slot;
	return (size_t)((p->cycle.end - *ret_first + slot - 1) / slot);
}

static void flag(const struct account *a, struct period *p, int64_t time)
{
	int64_t first;
	size_t count = period_slots(a, p, &first);
	size_t at = (size_t)((time - first) / a->customer->tariff->interval);
	p->estimated = p->estimated ?: calloc(count, 1);
	if (!p->estimated)
		abort();
	if (at < count)
		p->estimated[at] = 1;
}

/* Every cycle since the reading before may have its share of what a register has gone on. */
static int touch_register(struct account *a, int64_t time)
{
	int64_t at = a->newest && a->newest < time ? a->newest : time;
	struct period *p;
	int r;
	do {
		r = find_period(a, at, &p);
		if (r == -ERANGE && at == time && a->count)
			return 0; /* the last reading of all: behind the last cycle's end */
		if (r < 0)
			return r;
		touch(p, time < p->cycle.end ? time : p->cycle.end);
		at = p->cycle.end;
	} while (at <= time);
	return 0;
}

static int add_part(
	struct account *a, enum channel c, int64_t begin, decimal reading, bool estimated)
{
	struct meterdata *m = account_channel(a, c);
	struct period *p;
	int r = find_period(a, begin, &p);
	if (!r)
		r = meterdata_add_decimal(
			m, a->of->form.readings.at_end ? begin + a->every : begin, reading);
	if (r < 0)
		return r;
	touch(p, begin + a->every);
	if (estimated)
		flag(a, p, begin);
	return 0;
}

/* An interval of several slots: its energy in equal parts that add up to it exactly. Those that lie
 * in no cycle do not count. */
static int add_parts(
	struct account *a, enum channel c, int64_t begin, decimal reading, bool estimated)
{
	const struct meterdata_form *form = &a->of->form.readings;
	int64_t parts = form->every / a->slot;
	__int128 v = reading;
	int failed = 0, added = 0;
	for (int64_t i = 0; i < parts; i++) {
		decimal part = (decimal)(v * (i + 1) / parts - v * i / parts);
		int r = add_part(a, c, begin + i * a->slot,
			form->kind == METERDATA_POWER ? reading : part, estimated);
		added += !r;
		failed = r ?: failed;
	}
	return added ? 0 : failed;
}

int account_add(struct account *a, enum channel c, int64_t time, decimal reading, bool estimated)
{
	const struct meterdata_form *form = &a->of->form.readings;
	int64_t begin = form->at_end ? time - form->every : time;
	return form->every > a->slot ? add_parts(a, c, begin, reading, estimated)
				     : add_part(a, c, begin, reading, estimated);
}

int account_add_register(
	struct account *a, enum channel c, int64_t time, const struct wire *reading)
{
	int r = touch_register(a, time);
	return r ?: meterdata_add(account_channel(a, c), time, reading);
}

int account_add_check(struct account *a, int64_t time, const struct wire *reading)
{
	return register_readings_add(account_check(a), time, reading);
}

int account_totals(struct account *a, int64_t time, struct usage_totals **ret)
{
	struct period *p;
	int r = find_period(a, time, &p);
	if (r < 0)
		return r;
	touch(p, time);
	p->totals = p->totals ?: calloc(1, sizeof(*p->totals));
	if (!p->totals)
		abort();
	*ret = p->totals;
	return 0;
}

void account_find_due(struct account *a)
{
	a->due = INT64_MAX;
	for (size_t i = 0; i < a->count; i++)
		note_due(a, &a->periods[i]);
}

static void end_until(struct account *a, int64_t ended)
{
	if (ended <= a->ended)
		return;
	a->ended = ended;
	if (ended < a->due)
		return;
	account_settle(a);
	account_find_due(a);
}

static void tick(struct account *a, int64_t now)
{
	int64_t every = a->of->form.every;
	if (!every || now / every <= a->tick)
		return;
	bool first = !a->tick;
	a->tick = now / every;
	if (first)
		return;
	account_settle(a);
	for (size_t i = 0; i < a->count; i++)
		if (a->periods[i].changed && a->periods[i].cycle.end > a->ended)
			account_bill(a, &a->periods[i], BILL_PROVISIONAL);
}

void account_advance(struct account *a, int64_t now)
{
	if (now <= a->newest)
		return;
	a->newest = now;
	end_until(a, now - a->of->form.late);
	tick(a, now);
}

void account_mark(struct account *a, int64_t mark)
{
	end_until(a, mark);
}

static void end_one(struct str key, void *state)
{
	struct account *a = *(struct account **)state;
	(void)key;
	if (a)
		account_bill_all(a);
}

void accounts_end(struct accounts *a)
{
	series_each(a->meters, end_one);
}
