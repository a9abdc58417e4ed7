/* Fixed charges and the minimum bill. */
#include "urdb/rate.h"

enum { PER_DAY, PER_MONTH, PER_YEAR };

static int read_unit(struct urdb_rate *r, const char *key)
{
	static const char *const units[] = { "$/day", "$/month", "$/year", NULL };
	struct node n = node_get(&r->root, key);
	int unit = PER_MONTH;
	if (*key)
		node_choice(r->document, &n, units, &unit);
	return unit;
}

/* A year is twelve cycles. */
static decimal month_of_year(struct urdb_rate *r, const struct node *n, decimal year)
{
	decimal_product month;
	decimal v = 0;
	char text[DECIMAL_TEXT];
	if (!decimal_ratio(decimal_widen(year), 1, 12, DECIMAL_DIGITS, DECIMAL_HALF_UP, &month) &&
		!decimal_narrow(month, DECIMAL_HALF_UP, &v))
		note(r->document, n, "a twelfth of it, %.*s, is charged in each cycle",
			(int)decimal_print(text, v, 0), text);
	return v;
}

static void write_charge(
	struct urdb_rate *r, const char *code, const char *kind, decimal rate, bool per_day)
{
	buffer_print(r->to, "  - { code: %s, kind: %s%s, rate: ", code, kind,
		per_day ? ", per: day" : "");
	urdb_write_decimal(r->to, rate);
	buffer_add_str(r->to, STR(" }\n"));
}

/* Two names of one thing, of older files and newer ones, would charge it twice. */
static void check_one(struct urdb_rate *r, const char *new, const char *old)
{
	struct node n = node_get(&r->root, old), other = node_get(&r->root, new);
	if (node_is(&n) && node_is(&other))
		refuse(r->document, &n, "there is %s too", new);
}

static void write_fixed(
	struct urdb_rate *r, const char *key, const char *unit_key, const char *code)
{
	struct node n = node_get(&r->root, key);
	int unit = read_unit(r, unit_key);
	decimal rate = 0;
	node_decimal(r->document, &n, &rate);
	if (unit == PER_YEAR && rate)
		rate = month_of_year(r, &n, rate);
	if (rate)
		write_charge(r, code, "fixed", rate, unit == PER_DAY);
}

void urdb_write_fixed(struct urdb_rate *r)
{
	check_one(r, "fixedchargefirstmeter", "fixedmonthlycharge");
	write_fixed(r, "fixedchargefirstmeter", "fixedchargeunits", "fixed");
	write_fixed(r, "fixedmonthlycharge", "", "fixed_monthly");
}

static void write_minimum(
	struct urdb_rate *r, const char *key, const char *unit_key, const char *code)
{
	struct node n = node_get(&r->root, key);
	int unit = read_unit(r, unit_key);
	decimal rate = 0;
	node_decimal(r->document, &n, &rate);
	if (unit == PER_YEAR && rate)
		refuse(r->document, &n, "a minimum of the year cannot be expressed");
	else if (rate)
		write_charge(r, code, "minimum", rate, unit == PER_DAY);
}

void urdb_write_minimum(struct urdb_rate *r)
{
	check_one(r, "mincharge", "minmonthlycharge");
	write_minimum(r, "mincharge", "minchargeunits", "minimum");
	write_minimum(r, "minmonthlycharge", "", "minimum_monthly");
}
