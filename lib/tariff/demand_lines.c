#include <errno.h>

#include "tariff/engine.h"
#include "text.h"

/* What is known of a demand before it is charged. */
struct demand {
	decimal read;	  /* as the meter has it */
	decimal measured; /* with the clauses that correct it */
	decimal billed, contract;
	int64_t at;
	enum slot_state state; /* of the slot it is of */
};

static int find_contract(const struct billing *b, const struct charge *c, decimal *ret)
{
	const struct contract *k = b->contract;
	struct str name = c->demand.contract;
	for (size_t i = 0; i < k->count; i++)
		if (str_eq(k->contracts[i].name, name)) {
			*ret = k->contracts[i].demand;
			return 0;
		}
	return text_refuse(b->ret_error, "tariff %.*s: %.*s needs a contract%s%.*s",
		STR_ARG(b->tariff->name), STR_ARG(c->code), name.len ? " for " : "", STR_ARG(name));
}

static bool in_times(const struct demand_terms *d, int64_t time)
{
	for (size_t i = 0; i < d->times_count; i++)
		if (time >= d->times[i].start && time < d->times[i].end)
			return true;
	return false;
}

/* The largest power at the times of coincident peaks. */
static int measure_times(const struct billing *b, const struct charge *c, struct demand *ret)
{
	const struct usage_slots *s = &b->usage->slots;
	struct slot_walk walk = { .tariff = b->tariff, .slots = s };
	int r = 0;
	for (size_t i = 0; !r && s->import && i < s->count; i++) {
		int64_t time = s->first + (int64_t)i * b->tariff->interval;
		decimal power;
		if (s->state[i] == SLOT_MISSING || !in_times(&c->demand, time) ||
			!(c->posts >> slot_post(&walk, i) & 1))
			continue;
		r = measure_power(b->tariff, s->import[i], &power);
		if (r < 0 || power <= ret->measured)
			continue;
		*ret = (struct demand){ .measured = power, .at = time, .state = s->state[i] };
	}
	return r;
}

static int measure_posts(const struct billing *b, const struct charge *c, struct demand *ret)
{
	const struct measures *m = &b->bill->measures;
	int post;
	ret->measured = measure_largest(m->demand, c->posts, &post);
	if (post >= 0) {
		ret->at = m->demand_at[post];
		ret->state = m->demand_state[post];
	}
	return 0;
}

static int raise(decimal v, decimal share, decimal *to)
{
	decimal part;
	int r = decimal_narrow(decimal_multiply(v, share), DECIMAL_HALF_UP, &part);
	if (!r && part > *to)
		*to = part;
	return r;
}

/* kWh and the kVAh that go with them; of a power factor that the meter tells: of 1 kVAh. */
static int cycle_power(const struct billing *b, decimal *ret_active, decimal *ret_apparent)
{
	const struct measures *m = &b->bill->measures;
	const struct usage_totals *totals = b->usage->totals;
	decimal inductive, capacitive, reactive;
	decimal_product square;
	if (totals && totals->power_factor) {
		*ret_active = totals->power_factor;
		*ret_apparent = DECIMAL_ONE;
		return 0;
	}
	int r = measure_sum(m->import, UINT64_MAX, ret_active);
	r = r ?: measure_sum(m->inductive, UINT64_MAX, &inductive);
	r = r ?: measure_sum(m->capacitive, UINT64_MAX, &capacitive);
	r = r ?: decimal_subtract(inductive, capacitive, &reactive);
	if (!r && __builtin_add_overflow(decimal_multiply(*ret_active, *ret_active),
			  decimal_multiply(reactive, reactive), &square))
		r = -EOVERFLOW;
	return r ?: decimal_root(square, ret_apparent);
}

/* demand x reference / power factor, where that is below the reference. */
static int apply_power_factor(const struct billing *b, decimal reference, decimal *demand)
{
	decimal active, apparent;
	int r = cycle_power(b, &active, &apparent);
	decimal_product at_reference = decimal_multiply(apparent, reference), raised;
	if (r < 0 || !active || decimal_widen(active) >= at_reference)
		return r;
	decimal needed;
	r = decimal_narrow(at_reference, DECIMAL_HALF_UP, &needed);
	if (!r)
		r = decimal_ratio(decimal_widen(*demand), (decimal_factor)needed,
			(decimal_factor)active, DECIMAL_DIGITS, DECIMAL_HALF_UP, &raised);
	return r ?: decimal_narrow(raised, DECIMAL_HALF_UP, demand);
}

static int apply_apparent(const struct billing *b, const struct charge *c, decimal *demand)
{
	int post;
	decimal apparent = measure_largest(b->bill->measures.apparent, c->posts, &post);
	return raise(apparent, c->demand.apparent, demand);
}

static int apply_ratchet(const struct billing *b, const struct ratchet *t, decimal *demand)
{
	const struct contract *k = b->contract;
	int32_t last = b->usage->cycle.end_day - 1;
	int32_t since = date_add_months(last, -t->months);
	int r = 0;
	for (size_t i = 0; !r && i < k->history_count; i++) {
		int32_t day = k->history[i].day;
		int month = date_of(day).month;
		if (day < since || day >= b->usage->cycle.first_day)
			continue;
		if (!t->calendar_months || t->calendar_months >> month & 1)
			r = raise(k->history[i].demand, t->share, demand);
	}
	return r;
}

/* measured, with the clauses that correct it; then what is billed of it. */
static int find_demand(const struct billing *b, const struct charge *c, struct demand *ret)
{
	const struct demand_terms *d = &c->demand;
	int r = d->times_count ? measure_times(b, c, ret) : measure_posts(b, c, ret);
	ret->read = ret->measured;
	if (!r && d->power_factor)
		r = apply_power_factor(b, d->power_factor, &ret->measured);
	if (!r && d->apparent)
		r = apply_apparent(b, c, &ret->measured);
	if (!r && d->has_contract)
		r = find_contract(b, c, &ret->contract);
	if (ret->measured > b->bill->largest_demand)
		b->bill->largest_demand = ret->measured;
	ret->billed = d->billed == BILLED_CONTRACT ? ret->contract : ret->measured;
	if (d->billed == BILLED_LARGER && ret->contract > ret->billed)
		ret->billed = ret->contract;
	if (!r && d->ratchet.share)
		r = apply_ratchet(b, &d->ratchet, &ret->billed);
	if (d->minimum > ret->billed)
		ret->billed = d->minimum;
	return r;
}

static struct bill_line demand_line(const struct charge *c, const struct demand *d)
{
	return (struct bill_line){ .code = c->code,
		.label = c->label,
		.unit = c->per_units == 1000 ? "MW" : "kW",
		.taxes = c->taxes,
		.has_demand = true,
		.state = d->state,
		.measured = d->read,
		.contract = d->contract,
		.at = d->at };
}

static struct fraction days_of(const struct billing *b, const struct charge *c)
{
	return (struct fraction){ c->per_day ? (decimal_factor)cycle_days(&b->usage->cycle) : 1,
		1 };
}

static int demand_price(const struct billing *b, const struct charge *c, struct price *ret)
{
	const struct cycle *cycle = &b->usage->cycle;
	return price_of(b, c->code, &c->rate, &c->factor, cycle->first_day, cycle->end_day, ret);
}

/* What lies between the measured demand and the contract may be another line, taxed otherwise. */
static int plain_lines(struct billing *b, const struct charge *c, const struct demand *d)
{
	struct bill_line line = demand_line(c, d);
	bool unused = c->demand.unused_code.len && d->billed > d->measured;
	struct price price;
	int r = demand_price(b, c, &price);
	r = r ?: line_add(b, c, line, unused ? d->measured : d->billed, days_of(b, c), price);
	if (r < 0 || !unused)
		return r;
	line.code = c->demand.unused_code;
	line.label = STR("");
	line.taxes = c->demand.unused_taxes;
	return line_add(b, c, line, d->billed - d->measured, days_of(b, c), price);
}

static bool exceeds(const struct demand_terms *t, const struct demand *d)
{
	return decimal_widen(d->measured) >
	       decimal_widen(d->contract) + decimal_multiply(d->contract, t->tolerance);
}

/* Beyond the tolerance, the whole of what is above the contract is charged again. */
static int excess_line(struct billing *b, const struct charge *c, const struct demand *d)
{
	const struct demand_terms *t = &c->demand;
	const struct cycle *cycle = &b->usage->cycle;
	struct bill_line line = demand_line(c, d);
	struct fraction share = days_of(b, c);
	struct price price;
	if (!t->excess_code.len || !exceeds(t, d))
		return 0;
	line.code = t->excess_code;
	line.label = STR("");
	line.taxes = t->excess_taxes;
	int r = t->excess_rate.count ? price_of(b, line.code, &t->excess_rate, &c->factor,
					       cycle->first_day, cycle->end_day, &price)
				     : demand_price(b, c, &price);
	if (!r && !t->excess_rate.count) {
		decimal_product raised = decimal_multiply(price.sum, t->excess_factor);
		r = decimal_narrow(raised, DECIMAL_HALF_UP, &price.sum);
	}
	return r ?: line_add(b, c, line, d->measured - d->contract, share, price);
}

/* Whether any time of the cycle is in the charge's posts. */
static bool is_in_cycle(const struct billing *b, const struct charge *c)
{
	const struct timetable *when = &b->tariff->when;
	const struct cycle *cycle = &b->usage->cycle;
	for (int32_t day = cycle->first_day; day < cycle->end_day; day++) {
		const uint8_t *row = schedule_day(when->schedule, when->holidays, day);
		for (size_t slot = 0; slot < SCHEDULE_SLOTS; slot++)
			if (c->posts >> row[slot] & 1)
				return true;
	}
	return false;
}

/* Out of its season neither contract nor ratchet is charged. */
int demand_lines(struct billing *b, const struct charge *c)
{
	struct demand d = { 0 };
	int r = find_demand(b, c, &d);
	if (r < 0 || (!d.read && d.billed && !is_in_cycle(b, c)))
		return r;
	b->billed_demand[c - b->tariff->charges] = d.billed;
	r = c->tiers.count ? tier_lines(b, c, &c->tiers, d.billed, d.billed,
				     c->per_units == 1000 ? "MW" : "kW")
			   : plain_lines(b, c, &d);
	return r ?: excess_line(b, c, &d);
}
