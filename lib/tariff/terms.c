/* What demand and reactive energy are charged by. */
#include <stdlib.h>

#include "tariff/parts.h"
#include "timestamp.h"

static int read_contract(const struct yaml_node *n, struct demand_terms *d, char **ret_error)
{
	if (!n)
		return 0;
	d->has_contract = true;
	if (n->kind == YAML_SCALAR && str_eq(n->text, STR("yes")))
		return 0;
	return tariff_read_code(n, &d->contract, ret_error);
}

static int read_excess(
	const struct yaml_node *n, const struct tariff *t, struct demand_terms *d, char **ret_error)
{
	static const char *const keys[] = { "code", "rate", "factor", "taxes", NULL };
	const struct yaml_node *code;
	if (!n)
		return 0;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "code", &code, ret_error);
	if (!r && !d->has_contract)
		return tariff_refuse(
			n, ret_error, "excess is over a contract: \"contract\" is missing");
	if (!r && !yaml_get(n, "rate") == !yaml_get(n, "factor"))
		return tariff_refuse(
			n, ret_error, "expected either a rate or a factor (x the rate)");
	r = r ?: tariff_read_code(code, &d->excess_code, ret_error);
	r = r ?: tariff_read_dated(yaml_get(n, "rate"), &d->excess_rate, ret_error);
	if (!r)
		r = tariff_read_between(
			yaml_get(n, "factor"), 0, 100 * DECIMAL_ONE, &d->excess_factor, ret_error);
	return r ?: tariff_read_tax_mask(yaml_get(n, "taxes"), t, &d->excess_taxes, ret_error);
}

static int read_unused(
	const struct yaml_node *n, const struct tariff *t, struct demand_terms *d, char **ret_error)
{
	static const char *const keys[] = { "code", "taxes", NULL };
	const struct yaml_node *code;
	if (!n)
		return 0;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "code", &code, ret_error);
	if (!r && !d->has_contract)
		return tariff_refuse(
			n, ret_error, "unused is of a contract: \"contract\" is missing");
	r = r ?: tariff_read_code(code, &d->unused_code, ret_error);
	return r ?: tariff_read_tax_mask(yaml_get(n, "taxes"), t, &d->unused_taxes, ret_error);
}

static int read_calendar_months(const struct yaml_node *n, struct ratchet *to, char **ret_error)
{
	int month, r = n ? yaml_check_list(n, ret_error) : 0;
	for (const struct yaml_node *e = n ? n->first : NULL; !r && e; e = e->next) {
		r = tariff_read_integer(e, 1, 12, &month, ret_error);
		to->calendar_months |= (uint16_t)(r ? 0 : 1u << month);
	}
	return r;
}

static int read_ratchet(const struct yaml_node *n, struct ratchet *to, char **ret_error)
{
	static const char *const keys[] = { "share", "months", "calendar_months", NULL };
	const struct yaml_node *share;
	if (!n)
		return 0;
	to->months = 11;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "share", &share, ret_error);
	r = r ?: tariff_read_between(share, 1, 10 * DECIMAL_ONE, &to->share, ret_error);
	r = r ?: tariff_read_integer(yaml_get(n, "months"), 1, 36, &to->months, ret_error);
	return r ?: read_calendar_months(yaml_get(n, "calendar_months"), to, ret_error);
}

static int read_moment(const struct yaml_node *n, int64_t *ret, char **ret_error)
{
	if (n->kind != YAML_SCALAR || timestamp_parse(n->text, ret))
		return tariff_expected(n, "a time as 2026-01-31T18:00:00-03:00", ret_error);
	return 0;
}

static int read_window(const struct yaml_node *n, struct window_of_time *ret, char **ret_error)
{
	static const char *const keys[] = { "from", "until", NULL };
	const struct yaml_node *from, *until;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "from", &from, ret_error);
	r = r ?: yaml_required(n, "until", &until, ret_error);
	r = r ?: read_moment(from, &ret->start, ret_error);
	r = r ?: read_moment(until, &ret->end, ret_error);
	if (!r && ret->end <= ret->start)
		r = tariff_refuse(until, ret_error, "ends before it begins");
	return r;
}

static int read_times(const struct yaml_node *n, struct demand_terms *d, char **ret_error)
{
	int r = n ? yaml_check_list(n, ret_error) : 0;
	if (!n || r < 0)
		return r;
	if (!n->first)
		return tariff_expected(n, "at least one time", ret_error);
	d->times = tariff_allocate(n->count, sizeof(*d->times));
	for (const struct yaml_node *e = n->first; !r && e; e = e->next)
		r = read_window(e, &d->times[d->times_count++], ret_error);
	return r;
}

int tariff_read_demand(
	const struct yaml_node *charge, const struct tariff *t, struct charge *c, char **ret_error)
{
	static const char *const billed[] = { "larger", "contract", "measured", NULL };
	struct demand_terms *d = &c->demand;
	const struct yaml_node *by = yaml_get(charge, "billed");
	int choice = BILLED_LARGER;
	d->excess_taxes = d->unused_taxes = c->taxes;
	int r = read_contract(yaml_get(charge, "contract"), d, ret_error);
	r = r ?: tariff_read_choice(by, billed, &choice, ret_error);
	if (!r && by && !d->has_contract)
		return tariff_refuse(by, ret_error, "there is no contract to be billed by");
	d->billed = (enum demand_billed)choice;
	if (!r)
		r = tariff_read_between(
			yaml_get(charge, "tolerance"), 0, DECIMAL_ONE, &d->tolerance, ret_error);
	r = r ?: read_excess(yaml_get(charge, "excess"), t, d, ret_error);
	r = r ?: read_unused(yaml_get(charge, "unused"), t, d, ret_error);
	r = r ?: read_ratchet(yaml_get(charge, "ratchet"), &d->ratchet, ret_error);
	if (!r)
		r = tariff_read_between(yaml_get(charge, "power_factor"), 1, DECIMAL_ONE,
			&d->power_factor, ret_error);
	if (!r)
		r = tariff_read_between(
			yaml_get(charge, "apparent"), 1, DECIMAL_ONE, &d->apparent, ret_error);
	if (!r)
		r = tariff_read_between(
			yaml_get(charge, "minimum"), 0, INT64_MAX, &d->minimum, ret_error);
	return r ?: read_times(yaml_get(charge, "times"), d, ret_error);
}

/* "18:00", "24:00" */
static int clock_time(struct str s, int32_t *ret)
{
	int part[2] = { 0 };
	if (s.len != 5 || s.data[2] != ':')
		return -1;
	for (int i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		if (s.data[i] < '0' || s.data[i] > '9')
			return -1;
		part[i > 2] = part[i > 2] * 10 + s.data[i] - '0';
	}
	*ret = part[0] * 3600 + part[1] * 60;
	return part[1] > 59 || *ret > 86400 ? -1 : 0;
}

static int read_capacitive(const struct yaml_node *n, struct reactive_terms *to, char **ret_error)
{
	struct str text = { 0 };
	int r = tariff_read_text(n, &text, ret_error);
	if (!n || r < 0)
		return r;
	if (text.len != 11 || text.data[5] != '-' ||
		clock_time((struct str){ text.data, 5 }, &to->capacitive_from) ||
		clock_time((struct str){ text.data + 6, 5 }, &to->capacitive_until))
		return tariff_expected(n, "hours as 00:30-06:30", ret_error);
	to->windowed = true;
	return 0;
}

static int read_billed_demand(
	const struct yaml_node *charge, const struct tariff *t, struct charge *c, char **ret_error)
{
	const struct yaml_node *n;
	int r = yaml_required(charge, "demand", &n, ret_error);
	r = r ?: tariff_read_code(n, &c->reactive.demand, ret_error);
	if (r < 0)
		return r;
	const struct charge *other = tariff_charge(t, c->reactive.demand);
	if (!other || other->kind != CHARGE_DEMAND)
		return tariff_expected(n, "the code of a demand charge further up", ret_error);
	return 0;
}

int tariff_read_reactive(
	const struct yaml_node *charge, const struct tariff *t, struct charge *c, char **ret_error)
{
	static const char *const bys[] = { "hour", "cycle", NULL };
	struct reactive_terms *to = &c->reactive;
	const struct yaml_node *reference = yaml_get(charge, "reference"),
			       *allowed = yaml_get(charge, "allowed"),
			       *capacitive = yaml_get(charge, "capacitive");
	int by = REACTIVE_BY_HOUR;
	if (!reference == !allowed)
		return tariff_refuse(charge, ret_error,
			"expected either a reference power factor or an allowed share of kvarh");
	int r = tariff_read_between(reference, 1, DECIMAL_ONE, &to->reference, ret_error);
	r = r ?: tariff_read_between(allowed, 1, INT64_MAX, &to->allowed, ret_error);
	r = r ?: tariff_read_choice(yaml_get(charge, "by"), bys, &by, ret_error);
	r = r ?: read_capacitive(capacitive, to, ret_error);
	to->by = (enum reactive_by)by;
	if (!r && capacitive && by == REACTIVE_BY_CYCLE)
		r = tariff_refuse(capacitive, ret_error, "hours do not count by cycle");
	return r || c->kind != CHARGE_REACTIVE_DEMAND ? r
						      : read_billed_demand(charge, t, c, ret_error);
}
