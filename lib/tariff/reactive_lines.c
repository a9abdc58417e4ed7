/* Reactive energy and demand beyond a reference power factor fr, with kVAh = sqrt(kWh2 + kvarh2) and
 * f = kWh / kVAh (REN ANEEL 1.000/2021; its articles' form as in REN 414/2010, 96 and 97):
 *
 *     energy in excess  kWh (fr / f - 1) = fr kVAh - kWh, of each hour or of the cycle
 *     demand in excess  the largest kW fr / f of an hour, less the demand that is billed
 *
 * Elsewhere: the kvarh above a share of the kWh, of each slot or of the cycle. */
#include <errno.h>

#include "tariff/engine.h"

/* An hour, or a cycle. */
struct stretch {
	decimal active, inductive, capacitive;
};

static int add_slot(const struct usage_slots *s, size_t i, struct stretch *to)
{
	int r = s->import ? decimal_add(to->active, s->import[i], &to->active) : 0;
	if (!r && s->inductive)
		r = decimal_add(to->inductive, s->inductive[i], &to->inductive);
	if (!r && s->capacitive)
		r = decimal_add(to->capacitive, s->capacitive[i], &to->capacitive);
	return r;
}

/* fr x kVAh. */
static int at_reference(const struct stretch *s, decimal reference, decimal *ret)
{
	decimal reactive, apparent;
	decimal_product square;
	int r = decimal_subtract(s->inductive, s->capacitive, &reactive);
	if (!r && !reactive) {
		*ret = 0; /* the power factor is 1 */
		return 0;
	}
	if (!r && __builtin_add_overflow(decimal_multiply(s->active, s->active),
			  decimal_multiply(reactive, reactive), &square))
		r = -EOVERFLOW;
	r = r ?: decimal_root(square, &apparent);
	return r ?: decimal_narrow(decimal_multiply(apparent, reference), DECIMAL_HALF_UP, ret);
}

static bool in_hours(const struct reactive_terms *t, int32_t second)
{
	if (t->capacitive_from <= t->capacitive_until)
		return second >= t->capacitive_from && second < t->capacitive_until;
	return second >= t->capacitive_from || second < t->capacitive_until;
}

/* Inside the capacitive hours only a capacitive excess counts, outside only an inductive one. */
static bool counts(const struct reactive_terms *t, const struct stretch *s, int32_t second)
{
	bool capacitive = s->capacitive > s->inductive;
	return !t->windowed || capacitive == in_hours(t, second);
}

struct excess {
	decimal energy, demand; /* kWh or kvarh; largest kW fr / f */
};

static int add_by_factor(
	const struct reactive_terms *t, const struct stretch *s, int32_t second, struct excess *to)
{
	decimal needed;
	int r = at_reference(s, t->reference, &needed);
	if (r < 0 || !s->active || needed <= s->active || !counts(t, s, second))
		return r;
	if (needed > to->demand)
		to->demand = needed;
	return decimal_add(to->energy, needed - s->active, &to->energy);
}

static int add_by_share(const struct reactive_terms *t, const struct stretch *s, struct excess *to)
{
	decimal allowed, reactive;
	int r = decimal_subtract(s->inductive, s->capacitive, &reactive);
	r = r ?: decimal_narrow(decimal_multiply(s->active, t->allowed), DECIMAL_HALF_UP, &allowed);
	return r || reactive <= allowed ? r
					: decimal_add(to->energy, reactive - allowed, &to->energy);
}

static int add_stretch(
	const struct reactive_terms *t, const struct stretch *s, int32_t second, struct excess *to)
{
	return t->allowed ? add_by_share(t, s, to) : add_by_factor(t, s, second, to);
}

/* Hours of the local clock; of shares, slot by slot. */
static int by_hour(const struct billing *b, const struct charge *c, struct excess *ret)
{
	const struct usage_slots *s = &b->usage->slots;
	struct slot_walk walk = { .tariff = b->tariff, .slots = s };
	struct stretch hour = { 0 };
	int64_t key = -1;
	int32_t second = 0;
	int r = 0;
	for (size_t i = 0; !r && i < s->count; i++) {
		if (s->state[i] == SLOT_MISSING)
			continue;
		int post = slot_post(&walk, i);
		int64_t now = c->reactive.allowed
				      ? (int64_t)i
				      : (int64_t)walk.local.day * 24 + walk.local.second / 3600;
		if (now != key) {
			r = add_stretch(&c->reactive, &hour, second, ret);
			hour = (struct stretch){ 0 };
			second = walk.local.second / 3600 * 3600;
			key = now;
		}
		if (!r && c->posts >> post & 1)
			r = add_slot(s, i, &hour);
	}
	return r ?: add_stretch(&c->reactive, &hour, second, ret);
}

static int by_cycle(const struct billing *b, const struct charge *c, struct excess *ret)
{
	const struct measures *m = &b->bill->measures;
	struct stretch all;
	int r = measure_sum(m->import, c->posts, &all.active);
	r = r ?: measure_sum(m->inductive, c->posts, &all.inductive);
	r = r ?: measure_sum(m->capacitive, c->posts, &all.capacitive);
	return r ?: add_stretch(&c->reactive, &all, 0, ret);
}

int reactive_lines(struct billing *b, const struct charge *c)
{
	const struct reactive_terms *t = &c->reactive;
	const struct cycle *cycle = &b->usage->cycle;
	bool demand = c->kind == CHARGE_REACTIVE_DEMAND;
	struct bill_line line = { .code = c->code,
		.label = c->label,
		.unit = demand	     ? "kW"
			: t->allowed ? "kvarh"
				     : "kWh",
		.taxes = c->taxes };
	struct excess excess = { 0 };
	struct price price;
	int r = t->by == REACTIVE_BY_CYCLE ? by_cycle(b, c, &excess) : by_hour(b, c, &excess);
	if (!r)
		r = price_of(
			b, c->code, &c->rate, &c->factor, cycle->first_day, cycle->end_day, &price);
	if (r < 0 || !demand)
		return r ?: line_add(b, c, line, excess.energy, fraction_one(), price);
	const struct charge *billed = tariff_charge(b->tariff, t->demand);
	decimal less = b->billed_demand[billed - b->tariff->charges];
	return excess.demand > less
		       ? line_add(b, c, line, excess.demand - less, fraction_one(), price)
		       : 0;
}
