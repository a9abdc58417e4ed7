/* Demand: demandratestructure by hours, flatdemandstructure by months, and what both go by. */
#include "urdb/rate.h"

enum { KW, KVA, HP };

/* What a charge of demand needs to be told. */
struct demand_charge {
	const char *code, *structure, *unit;
	enum urdb_axis axis;
	bool ratcheted;
};

struct ratchet_terms {
	decimal share; /* 0: none */
	int64_t months;
	bool counts[URDB_MONTHS];
	bool by_month;
};

/* An electric horsepower: 746 W (NIST SP 811, appendix B.8). */
static const decimal hp_in_kw = 746000000;

static int read_unit(struct urdb_rate *r, const char *key)
{
	static const char *const units[] = { "kW", "kVA", "hp", "kW daily", "kVA daily", "hp daily",
		NULL };
	struct node n = node_get(&r->root, key);
	int unit = KW;
	node_choice(r->document, &n, units, &unit);
	if (unit > HP)
		refuse(r->document, &n, "a peak of each day (%s) cannot be expressed", units[unit]);
	if (unit == KVA)
		note(r->document, &n, "kVA need reactive energy: without it, kW are billed");
	return unit;
}

/* Tiers by horsepower as by kW. */
static void convert_hp(struct urdb_rate *r, const struct node *n, struct urdb_tiers *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct urdb_tier *tier = &t->at[i];
		decimal_product v;
		if (decimal_ratio(decimal_widen(tier->rate), DECIMAL_ONE, hp_in_kw, DECIMAL_DIGITS,
			    DECIMAL_HALF_UP, &v) ||
			decimal_narrow(v, DECIMAL_HALF_UP, &tier->rate))
			refuse(r->document, n, "a rate is too large");
		if (tier->to != INT64_MAX && decimal_narrow(decimal_multiply(tier->to, hp_in_kw),
						     DECIMAL_HALF_UP, &tier->to))
			refuse(r->document, n, "a limit is too large");
	}
	note(r->document, n, "of 1 hp = 0.746 kW, nine digits behind the point");
}

/* Some files have percent where others have shares. */
static void read_share(struct urdb_rate *r, const struct node *n, decimal *ret)
{
	node_decimal(r->document, n, ret);
	if (*ret < 0 || *ret > 100 * DECIMAL_ONE) {
		refuse(r->document, n, "expected a share from 0 to 1");
		*ret = 0;
	} else if (*ret > DECIMAL_ONE) {
		note(r->document, n, "is above 1: taken as percent");
		*ret /= 100;
	}
}

/* The same share in all months: a charge of Duto's has one ratchet. */
static void read_monthly_shares(struct urdb_rate *r, struct ratchet_terms *ret)
{
	struct node list = node_get(&r->root, "demandratchetpercentage");
	decimal share;
	if (!node_count(r->document, &list, URDB_MONTHS, URDB_MONTHS))
		return;
	for (size_t month = 0; month < URDB_MONTHS; month++) {
		struct node n = node_at(&list, month);
		share = 0;
		read_share(r, &n, &share);
		if (month && share != ret->share) {
			refuse(r->document, &n,
				"a ratchet that changes with the month cannot be expressed");
			return;
		}
		ret->share = share;
	}
	ret->months = 11;
}

static void read_lookback_months(struct urdb_rate *r, struct ratchet_terms *ret)
{
	struct node list = node_get(&r->root, "lookbackMonths");
	for (size_t i = 0; i < node_count(r->document, &list, URDB_MONTHS, URDB_MONTHS); i++) {
		struct node n = node_at(&list, i);
		node_bool(r->document, &n, &ret->counts[i]);
		ret->by_month |= ret->counts[i];
	}
}

static void read_lookback(struct urdb_rate *r, struct ratchet_terms *ret)
{
	struct node percent = node_get(&r->root, "lookbackPercent"),
		    range = node_get(&r->root, "lookbackRange");
	decimal share = 0;
	int64_t months = 0;
	read_share(r, &percent, &share);
	read_lookback_months(r, ret);
	node_integer(r->document, &range, 0, 36, &months);
	if (!share)
		return;
	if (ret->share)
		refuse(r->document, &percent, "there is demandratchetpercentage too");
	if (!months && !ret->by_month)
		refuse(r->document, &percent, "lookbackRange or lookbackMonths is missing");
	if (months && ret->by_month)
		refuse(r->document, &range, "there are lookbackMonths too");
	ret->share = share;
	ret->months = months ? months : 11;
}

static void write_ratchet(struct urdb_rate *r, const struct ratchet_terms *t)
{
	const char *between = ", calendar_months: [";
	buffer_add_str(r->to, STR(", ratchet: { share: "));
	urdb_write_decimal(r->to, t->share);
	buffer_print(r->to, ", months: %d", (int)t->months);
	for (int month = 0; t->by_month && month < URDB_MONTHS; month++)
		if (t->counts[month]) {
			buffer_print(r->to, "%s%d", between, month + 1);
			between = ", ";
		}
	buffer_add_str(r->to, t->by_month ? STR("] }") : STR(" }"));
}

static void write_period(struct urdb_rate *r, const struct demand_charge *c, const struct node *n,
	size_t period, int unit, const struct ratchet_terms *ratchet)
{
	struct urdb_tiers tiers;
	urdb_read_tiers(r, n, false, &tiers);
	if (unit == HP)
		convert_hp(r, n, &tiers);
	if (!urdb_is_used(&r->axes[c->axis], period)) {
		note(r->document, n, "no hour of the schedules lies in it: it is left out");
		return;
	}
	buffer_print(r->to, "  - { code: %s", c->code);
	if (r->axes[c->axis].count > 1)
		buffer_print(r->to, "_%zu", period);
	buffer_add_str(r->to, STR(", kind: demand"));
	urdb_write_posts_of(r, c->axis, period);
	urdb_write_price(r, &tiers, false);
	if (unit == KVA)
		buffer_add_str(r->to, STR(", apparent: 1"));
	if (c->ratcheted && ratchet->share)
		write_ratchet(r, ratchet);
	buffer_add_str(r->to, STR(" }\n"));
}

static void write_structure(
	struct urdb_rate *r, const struct demand_charge *c, const struct ratchet_terms *ratchet)
{
	struct node structure = node_get(&r->root, c->structure);
	size_t count = json_array_size(structure.json);
	int unit = read_unit(r, c->unit);
	for (size_t period = 0; period < count && period < r->axes[c->axis].count; period++) {
		struct node n = node_at(&structure, period);
		write_period(r, c, &n, period, unit, ratchet);
	}
}

/* A ratchet looks back at the largest demand of all hours: it is the flat charge's. */
void urdb_write_demand(struct urdb_rate *r)
{
	struct node flat = node_get(&r->root, "flatdemandstructure"),
		    tou = node_get(&r->root, "demandratestructure");
	bool whole = r->axes[BY_TOU_DEMAND].count == 1;
	const struct demand_charge charges[] = {
		{ "demand", "flatdemandstructure", "flatdemandunit", BY_FLAT_DEMAND, true },
		{ "tou_demand", "demandratestructure", "demandrateunit", BY_TOU_DEMAND,
			!node_is(&flat) && whole },
	};
	struct ratchet_terms ratchet = { 0 };
	read_monthly_shares(r, &ratchet);
	read_lookback(r, &ratchet);
	if (ratchet.share && !node_is(&flat) && (!whole || !node_is(&tou)))
		refuse(r->document, &tou,
			"a ratchet of demand by hours cannot be expressed: it looks back at all hours");
	else if (ratchet.share && node_is(&tou) && node_is(&flat))
		note(r->document, &flat, "the ratchet holds for it, not for demandratestructure");
	write_structure(r, &charges[0], &ratchet);
	write_structure(r, &charges[1], &ratchet);
}
