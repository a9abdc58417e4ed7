/* Tiers: { "max": 500, "rate": 0.08, "adj": 0.002, "sell": 0.03, "unit": "kWh daily" } */
#include <stdlib.h>

#include "allocate.h"
#include "urdb/rate.h"

enum unit { KWH, KWH_PER_KW, KWH_DAILY, KWH_PER_KW_DAILY };

static const char *const units[] = { "kWh", "kWh/kW", "kWh daily", "kWh/kW daily", NULL };
static const char *const limits_per[] = { "cycle", "kW", "day", "kW day" };

static void check_keys(struct urdb_rate *r, const struct node *n, bool energy)
{
	static const char *const keys[] = { "max", "rate", "adj", "unit", "sell" };
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)n->json, key, value)
	{
		size_t i = 0, known = energy ? 5 : 3;
		struct node at = node_get(n, key);
		while (i < known && strcmp(key, keys[i]))
			i++;
		if (i == known && node_is(&at))
			refuse(r->document, &at, "is not known: what does it charge?");
	}
}

static void read_prices(struct urdb_rate *r, const struct node *n, struct urdb_tier *ret)
{
	struct document *d = r->document;
	struct node rate = node_get(n, "rate"), adj = node_get(n, "adj"),
		    sell = node_get(n, "sell");
	decimal more = 0;
	node_decimal(d, &rate, &ret->rate);
	node_decimal(d, &adj, &more);
	node_decimal(d, &sell, &ret->sell);
	if (decimal_add(ret->rate, more, &ret->rate))
		refuse(d, &adj, "rate and adj together are too large");
	if (!node_is(&rate) && !node_is(&adj))
		note(d, n, "has no rate: 0 is taken");
}

/* A limit beyond what decimals hold is none: files have 1e38 for it. */
static void read_limit(struct urdb_rate *r, const struct node *n, struct urdb_tier *ret)
{
	struct node max = node_get(n, "max");
	decimal v;
	ret->to = INT64_MAX;
	if (exact_parse(node_number(r->document, max.json), &v) >= 0)
		node_decimal(r->document, &max, &ret->to);
	if (node_is(&max) && ret->to <= 0) {
		refuse(r->document, &max, "a limit is above 0");
		ret->to = INT64_MAX;
	}
}

static struct urdb_tiers *tiers_within(
	struct urdb_rate *r, const struct node *n, struct urdb_tiers *tiers)
{
	struct urdb_tier *last = &tiers->at[tiers->count - 1];
	if (!last->inner && (last->rate || last->sell))
		refuse(r->document, n, "lies within a tier that has a rate of its own");
	if (!last->inner) {
		last->inner = allocate(1, sizeof(*last->inner));
		last->inner->per = limits_per[KWH];
	}
	return last->inner;
}

/* The list that a tier belongs to: kWh behind kWh/kW is a block within that tier. */
static struct urdb_tiers *tiers_for(
	struct urdb_rate *r, const struct node *n, int unit, int first, struct urdb_tiers *tiers)
{
	struct node at = node_get(n, "unit");
	if (unit == first)
		return tiers;
	if (unit == KWH && first != KWH_DAILY)
		return tiers_within(r, n, tiers);
	refuse(r->document, &at,
		"is %s, and the first tier's is %s: a period has limits of one kind", units[unit],
		units[first]);
	return tiers;
}

/* Limits go up; the last tier has none. */
static void check_limits(struct urdb_rate *r, const struct node *list, struct urdb_tiers *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct urdb_tier *tier = &t->at[i];
		bool last = i + 1 == t->count;
		if (tier->inner)
			check_limits(r, list, tier->inner);
		if (!last && tier->to == INT64_MAX)
			refuse(r->document, list, "only the last tier goes on for ever");
		else if (!last && i && tier->to <= tier[-1].to)
			refuse(r->document, list, "limits have to go up");
		if (last && tier->to != INT64_MAX)
			note(r->document, list,
				"nothing is said above the last limit: its rate goes on");
		if (last)
			tier->to = INT64_MAX;
	}
}

void urdb_read_tiers(
	struct urdb_rate *r, const struct node *list, bool energy, struct urdb_tiers *ret)
{
	size_t count = node_count(r->document, list, 1, TARIFF_TIERS);
	int first = KWH;
	*ret = (struct urdb_tiers){ 0 };
	for (size_t i = 0; i < count; i++) {
		struct node n = node_at(list, i), at = node_get(&n, "unit");
		struct urdb_tier tier = { 0 };
		int unit = KWH;
		if (!node_is_map(r->document, &n))
			continue;
		check_keys(r, &n, energy);
		read_prices(r, &n, &tier);
		read_limit(r, &n, &tier);
		if (energy)
			node_choice(r->document, &at, units, &unit);
		if (!ret->count)
			first = unit;
		struct urdb_tiers *to = tiers_for(r, &n, unit, first, ret);
		to->at[to->count++] = tier;
	}
	ret->per = limits_per[first];
	check_limits(r, list, ret);
}

void urdb_free_tiers(struct urdb_tiers *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->at[i].inner);
}

static void write_list(struct urdb_rate *r, const struct urdb_tiers *t, bool sell)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct urdb_tier *tier = &t->at[i];
		buffer_add_str(r->to, i ? STR(", { ") : STR("[{ "));
		if (tier->to != INT64_MAX) {
			buffer_add_str(r->to, STR("to: "));
			urdb_write_decimal(r->to, tier->to);
			buffer_add_str(r->to, STR(", "));
		}
		if (tier->inner) {
			buffer_add_str(r->to, STR("tiers: "));
			write_list(r, tier->inner, sell);
		} else {
			buffer_add_str(r->to, STR("rate: "));
			urdb_write_decimal(r->to, sell ? -tier->sell : tier->rate);
		}
		buffer_add_str(r->to, STR(" }"));
	}
	buffer_add_char(r->to, ']');
}

void urdb_write_price(struct urdb_rate *r, const struct urdb_tiers *t, bool sell)
{
	if (t->count == 1 && !t->at[0].inner) {
		buffer_add_str(r->to, STR(", rate: "));
		urdb_write_decimal(r->to, sell ? -t->at[0].sell : t->at[0].rate);
		return;
	}
	buffer_add_str(r->to, STR(", tiers: "));
	if (t->per && strcmp(t->per, "cycle"))
		buffer_print(r->to, "{ per: %s, list: ", t->per);
	write_list(r, t, sell);
	if (t->per && strcmp(t->per, "cycle"))
		buffer_add_str(r->to, STR(" }"));
}
