#include <errno.h>

#include "tariff/engine.h"

int tier_limit(const struct billing *b, const struct tiers *t, size_t tier, decimal *ret)
{
	decimal to = t->at[tier].to;
	const struct measures *m = &b->bill->measures;
	int days = cycle_days(&b->usage->cycle), post;
	decimal_factor numerator = 1, denominator = 1;
	decimal_product limit;
	*ret = to;
	if (to == INT64_MAX || t->per == TIER_PER_CYCLE)
		return 0;
	if (t->per == TIER_PER_KW || t->per == TIER_PER_KW_DAY) {
		numerator = (decimal_factor)measure_largest(m->demand, UINT64_MAX, &post);
		denominator = DECIMAL_ONE;
	}
	if (t->per != TIER_PER_KW)
		numerator *= (decimal_factor)days;
	if (t->per == TIER_PER_DAYS)
		denominator = (decimal_factor)t->per_days;
	int r = decimal_ratio(
		decimal_widen(to), numerator, denominator, DECIMAL_DIGITS, DECIMAL_HALF_UP, &limit);
	return r ?: decimal_narrow(limit, DECIMAL_HALF_UP, ret);
}

/* What of a quantity lies between two limits. */
static decimal between(decimal quantity, decimal from, decimal to)
{
	decimal top = quantity < to ? quantity : to;
	return top > from ? top - from : 0;
}

struct split {
	const struct charge *charge;
	decimal own, total; /* own share of what the limits count */
	const char *unit;
};

static int split_tiers(
	struct billing *b, const struct split *s, const struct tiers *t, decimal quantity);

/* Of a quantity of the total; own's share of it is charged. */
static int tier_line(struct billing *b, const struct split *s, const struct tier *tier,
	decimal from, decimal to, decimal energy)
{
	const struct cycle *cycle = &b->usage->cycle;
	struct bill_line line = { .code = tier->code.len ? tier->code : s->charge->code,
		.label = s->charge->label,
		.unit = s->unit,
		.taxes = s->charge->taxes,
		.tiered = true,
		.tier_from = from,
		.tier_to = to };
	struct fraction share = fraction_one();
	struct price price;
	if (tier->inner)
		return split_tiers(b, s, tier->inner, energy);
	int r = price_of(b, s->charge->code, &tier->rate, &s->charge->factor, cycle->first_day,
		cycle->end_day, &price);
	if (!r && s->own != s->total)
		r = fraction_times(&share, (decimal_factor)energy, (decimal_factor)s->total);
	return r
		       ?: line_add(b, s->charge, line, s->own == s->total ? energy : s->own, share,
				  price);
}

static int split_tiers(
	struct billing *b, const struct split *s, const struct tiers *t, decimal quantity)
{
	decimal from = 0, to;
	int r = 0;
	for (size_t i = 0; !r && i < t->count; i++, from = to) {
		r = tier_limit(b, t, i, &to);
		decimal energy = r ? 0 : between(quantity, from, to);
		if (energy)
			r = tier_line(b, s, &t->at[i], from, to, energy);
	}
	return r;
}

int tier_lines(struct billing *b, const struct charge *c, const struct tiers *t, decimal own,
	decimal total, const char *unit)
{
	const struct split s = { c, own, total, unit };
	return own ? split_tiers(b, &s, t, total) : 0;
}
