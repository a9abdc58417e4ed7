#include <stdlib.h>

#include "account/parts.h"

#include "allocate.h"

/* What is handed to the engine, and stays until the next bill. */
static struct {
	decimal *energy[CHANNELS];
	uint8_t *state;
	size_t room;
	struct estimate *estimates;
	size_t estimate_count;
	struct buffer suspects;
} lent;

static void make_room(size_t count)
{
	if (count <= lent.room)
		return;
	for (int c = 0; c < CHANNELS; c++)
		lent.energy[c] = reallocate(lent.energy[c], count, sizeof(*lent.energy[c]));
	lent.state = reallocate(lent.state, count, 1);
	lent.room = count;
}

static void copy_estimates(const struct meterdata_slots *s)
{
	lent.estimate_count = s->estimate_count;
	lent.estimates =
		reallocarray(lent.estimates, s->estimate_count + 1, sizeof(*lent.estimates));
	if (!lent.estimates)
		abort();
	if (s->estimate_count)
		memcpy(lent.estimates, s->estimates, s->estimate_count * sizeof(*lent.estimates));
}

/* The slots of a period that there can be: until its end, or until the latest reading. */
static size_t slots_until(
	const struct account *a, const struct period *p, enum bill_state state, int64_t *ret_first)
{
	int64_t slot = a->customer->tariff->interval;
	size_t count = period_slots(a, p, ret_first);
	int64_t known = a->data[IMPORT] ? meterdata_known(a->data[IMPORT]) : 0;
	if (state != BILL_PROVISIONAL)
		return count;
	if (known <= *ret_first)
		return 0;
	size_t there = (size_t)((known - *ret_first + slot - 1) / slot);
	return there < count ? there : count;
}

static const decimal *lend_channel(struct account *a, enum channel c, int64_t first, size_t count)
{
	const struct tariff *t = a->customer->tariff;
	struct meterdata_slots slots;
	if (!a->data[c] || !count)
		return NULL;
	meterdata_slots(a->data[c], first, first + (int64_t)count * t->interval, t->when.zone,
		t->when.holidays, &slots);
	memcpy(lent.energy[c], slots.energy, count * sizeof(*slots.energy));
	if (c == IMPORT) {
		memcpy(lent.state, slots.state, count);
		copy_estimates(&slots);
	}
	return lent.energy[c];
}

static void validate(struct account *a, const struct usage_slots *s)
{
	const struct tariff *t = a->customer->tariff;
	struct validation v = { s->first, t->interval, s->count, s->import, lent.state,
		t->when.zone, &lent.suspects };
	if (a->of->form.spike)
		validate_spikes(&v, a->of->form.spike);
	if (a->check)
		validate_sum(&v, a->check);
}

static struct usage usage_of(struct account *a, const struct period *p, enum bill_state state)
{
	int64_t first;
	size_t count = a->data[IMPORT] ? slots_until(a, p, state, &first) : 0;
	struct usage u = { .cycle = p->cycle, .totals = p->totals };
	make_room(count + 1);
	lent.estimate_count = 0;
	lent.suspects.len = 0;
	if (!count)
		return u;
	u.slots = (struct usage_slots){ .first = first,
		.count = count,
		.import = lend_channel(a, IMPORT, first, count),
		.export = lend_channel(a, EXPORT, first, count),
		.inductive = lend_channel(a, INDUCTIVE, first, count),
		.capacitive = lend_channel(a, CAPACITIVE, first, count),
		.state = lent.state };
	for (size_t i = 0; p->estimated && i < count; i++)
		if (p->estimated[i] && lent.state[i] == SLOT_MEASURED)
			lent.state[i] = SLOT_ESTIMATED;
	validate(a, &u.slots);
	return u;
}

/* Whether enough of the cycle's slots were measured: estimates do not make a bill final. */
static bool is_complete(const struct account *a, const struct bill *bill)
{
	const struct measures *m = &bill->measures;
	return decimal_widen((decimal)m->measured) >=
	       decimal_multiply((decimal)m->slots, a->of->form.complete);
}

static void remember_demand(struct contract *c, int32_t day, decimal demand)
{
	size_t i = 0;
	while (i < c->history_count && c->history[i].day != day)
		i++;
	if (i == HISTORY_MAX) {
		memmove(c->history, c->history + 1, (HISTORY_MAX - 1) * sizeof(*c->history));
		i = HISTORY_MAX - 1;
	}
	if (i == c->history_count)
		c->history_count++;
	c->history[i].day = day;
	c->history[i].demand = demand;
}

/* What later bills need of this one. */
static void remember(struct account *a, struct period *p, const struct bill *bill)
{
	const struct measures *m = &bill->measures;
	remember_demand(&a->contract, p->cycle.end_day - 1, bill->largest_demand);
	for (int i = 0; i < SCHEDULE_POSTS; i++) {
		a->contract.credits[i] += m->credits[i] - p->credits_out[i];
		p->credits_out[i] = m->credits[i];
	}
}

/* The contract with the credits that there were at the cycle's beginning. */
static struct contract contract_of(struct account *a, struct period *p)
{
	struct contract c = a->contract;
	if (p->revisions) {
		memcpy(c.credits, p->credits_in, sizeof(c.credits));
		return c;
	}
	memcpy(p->credits_in, c.credits, sizeof(p->credits_in));
	memcpy(p->credits_out, c.credits, sizeof(p->credits_out));
	return c;
}

static void tell(
	struct account *a, struct period *p, const struct bill *bill, enum bill_state state)
{
	a->of->form.billed(&(struct account_bill){ .meter = a->meter,
		.customer = a->customer,
		.cycle = &p->cycle,
		.bill = bill,
		.state = state,
		.revision = p->revisions,
		.complete = a->of->form.complete,
		.time = state == BILL_PROVISIONAL ? p->newest : p->cycle.end,
		.estimates = lent.estimates,
		.estimate_count = lent.estimate_count,
		.suspects = (const struct suspect *)lent.suspects.data,
		.suspect_count = lent.suspects.len / sizeof(struct suspect) });
}

void account_bill(struct account *a, struct period *p, enum bill_state state)
{
	struct contract contract = contract_of(a, p);
	struct usage usage = usage_of(a, p, state);
	struct bill bill;
	char *error = NULL;
	if (bill_make(a->customer->tariff, &usage, &contract, &bill, &error)) {
		a->of->form.failed(a->meter, error);
		free(error);
		p->changed = false;
		return;
	}
	if (state == BILL_FINAL && !p->totals && !is_complete(a, &bill))
		state = BILL_INCOMPLETE;
	tell(a, p, &bill, state);
	if (state != BILL_PROVISIONAL) {
		remember(a, p, &bill);
		p->revisions++;
		p->changed = false;
	}
	bill_free(&bill);
}

static void settle_data(struct account *a, int64_t until)
{
	for (int c = 0; c < CHANNELS; c++)
		if (a->data[c])
			meterdata_settle(a->data[c], until);
}

static void forget(struct account *a, int64_t before)
{
	size_t kept = 0;
	for (size_t i = 0; i < a->count; i++) {
		struct period *p = &a->periods[i];
		if (p->cycle.end <= before && !period_waits(a, p))
			period_close(p);
		else
			a->periods[kept++] = *p;
	}
	if (kept == a->count || !kept)
		return;
	a->count = kept;
	for (int c = 0; c < CHANNELS; c++)
		if (a->data[c])
			meterdata_forget(a->data[c], a->periods[0].cycle.start);
	if (a->check)
		register_readings_forget(a->check, a->periods[0].cycle.start);
}

void account_settle(struct account *a)
{
	settle_data(a, a->ended);
	for (size_t i = 0; i < a->count; i++) {
		struct period *p = &a->periods[i];
		if (p->cycle.end <= a->ended && p->changed && !period_waits(a, p))
			account_bill(a, p, BILL_FINAL);
	}
	forget(a, a->ended - a->of->form.revise);
}

/* A cycle whose end was reached is over, whether or not anything came behind it. */
void account_bill_all(struct account *a)
{
	settle_data(a, INT64_MAX);
	for (size_t i = 0; i < a->count; i++) {
		struct period *p = &a->periods[i];
		bool over = p->cycle.end <= a->ended || p->newest >= p->cycle.end ||
			    p->cycle.end <= a->newest;
		if (p->changed)
			account_bill(a, p, over ? BILL_FINAL : BILL_PROVISIONAL);
	}
}
