#include <errno.h>

#include "tariff/engine.h"
#include "text.h"

static const char *unit_of(const struct charge *c)
{
	return c->per_units == 1000 ? "MWh" : "kWh";
}

static const decimal *flow_of(const struct measures *m, enum energy_flow flow)
{
	switch (flow) {
	case FLOW_EXPORT:
		return m->export;
	case FLOW_COMPENSATED:
		return m->compensated;
	case FLOW_NET:
		return m->billed_net;
	default:
		return m->billed;
	}
}

static struct bill_line plain_line(const struct charge *c)
{
	return (struct bill_line){
		.code = c->code, .label = c->label, .unit = unit_of(c), .taxes = c->taxes
	};
}

/* A line for each stretch of days with one rate, with its share of the energy by days. */
static int lines_by_change(struct billing *b, const struct charge *c, decimal energy)
{
	const struct cycle *cycle = &b->usage->cycle;
	int r = 0;
	for (size_t i = 0; !r && i < c->rate.count; i++) {
		int32_t first = c->rate.at[i].from, end = cycle->end_day;
		if (i + 1 < c->rate.count && c->rate.at[i + 1].from < end)
			end = c->rate.at[i + 1].from;
		if (first < cycle->first_day)
			first = cycle->first_day;
		if (first >= end)
			continue;
		struct bill_line line = plain_line(c);
		struct fraction share = fraction_one();
		struct price price;
		line.suffix = c->rate.at[i].name;
		line.days = end - first;
		line.of_days = cycle_days(cycle);
		r = price_of(b, c->code, &c->rate, &c->factor, first, end, &price);
		if (!r)
			r = fraction_times(
				&share, (decimal_factor)line.days, (decimal_factor)line.of_days);
		r = r ?: line_add(b, c, line, energy, share, price);
	}
	return r;
}

static int plain(struct billing *b, const struct charge *c, decimal energy)
{
	const struct cycle *cycle = &b->usage->cycle;
	struct price price;
	int r = price_of(
		b, c->code, &c->rate, &c->factor, cycle->first_day, cycle->end_day, &price);
	return r ?: line_add(b, c, plain_line(c), energy, fraction_one(), price);
}

/* Energy counts in time order: each slot's goes into the tier that the sum has reached. */
static int fill_tiers(const struct billing *b, const struct charge *c, const decimal limits[],
	decimal filled[TARIFF_TIERS])
{
	const struct usage_slots *s = &b->usage->slots;
	struct slot_walk walk = { .tariff = b->tariff, .slots = s };
	size_t tier = 0;
	decimal sum = 0;
	for (size_t i = 0; i < s->count; i++) {
		decimal left = s->import && s->state[i] != SLOT_MISSING ? s->import[i] : 0;
		bool mine = c->posts >> slot_post(&walk, i) & 1;
		while (left > 0) {
			decimal room = limits[tier] - sum;
			decimal part = left < room ? left : room;
			if (mine && decimal_add(filled[tier], part, &filled[tier]))
				return -EOVERFLOW;
			sum += part;
			left -= part;
			tier += left > 0;
		}
	}
	return 0;
}

/* What a meter says of a whole cycle has no order in time. */
static int check_filled(const struct billing *b, const struct charge *c, decimal own,
	const decimal filled[TARIFF_TIERS])
{
	for (size_t i = 0; i < c->tiers.count; i++)
		own -= filled[i];
	if (own <= 0)
		return 0;
	return text_refuse(b->ret_error,
		"tariff %.*s: %.*s has tiers in the order of time, and energy that has none",
		STR_ARG(b->tariff->name), STR_ARG(c->code));
}

static int cumulative(struct billing *b, const struct charge *c, decimal own)
{
	const struct cycle *cycle = &b->usage->cycle;
	decimal limits[TARIFF_TIERS], filled[TARIFF_TIERS] = { 0 };
	int r = 0;
	for (size_t i = 0; !r && i < c->tiers.count; i++)
		r = tier_limit(b, &c->tiers, i, &limits[i]);
	r = r ?: fill_tiers(b, c, limits, filled);
	r = r ?: check_filled(b, c, own, filled);
	for (size_t i = 0; !r && i < c->tiers.count; i++) {
		const struct tier *tier = &c->tiers.at[i];
		struct bill_line line = plain_line(c);
		struct price price;
		line.code = tier->code.len ? tier->code : c->code;
		line.tiered = true;
		line.tier_from = i ? limits[i - 1] : 0;
		line.tier_to = limits[i];
		r = price_of(b, c->code, &tier->rate, &c->factor, cycle->first_day, cycle->end_day,
			&price);
		r = r ?: line_add(b, c, line, filled[i], fraction_one(), price);
	}
	return r;
}

int energy_lines(struct billing *b, const struct charge *c)
{
	const decimal *flow = flow_of(&b->bill->measures, c->flow);
	decimal own, total;
	int r = measure_sum(flow, c->posts, &own);
	r = r ?: measure_sum(flow, UINT64_MAX, &total);
	if (r < 0)
		return r;
	if (c->tiers.count && c->tiers.mode == TIER_CUMULATIVE)
		return cumulative(b, c, own);
	if (c->tiers.count)
		return tier_lines(
			b, c, &c->tiers, own, c->tiers.mode == TIER_OWN ? own : total, unit_of(c));
	return c->changes_as_lines ? lines_by_change(b, c, own) : plain(b, c, own);
}
