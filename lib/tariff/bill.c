#include "tariff/bill.h"

#include <errno.h>
#include <stdlib.h>

#include "tariff/engine.h"
#include "text.h"

static int charge_lines(struct billing *b, const struct charge *c)
{
	switch (c->kind) {
	case CHARGE_ENERGY:
		return energy_lines(b, c);
	case CHARGE_DEMAND:
		return demand_lines(b, c);
	case CHARGE_REACTIVE_ENERGY:
	case CHARGE_REACTIVE_DEMAND:
		return reactive_lines(b, c);
	case CHARGE_FIXED:
		return fixed_lines(b, c);
	case CHARGE_PERCENT:
		return percent_lines(b, c);
	default:
		return minimum_lines(b, c);
	}
}

static int add_up(struct bill *b)
{
	const struct tariff *t = b->tariff;
	struct decimal_sum exact = { 0 };
	decimal_product rounded = 0;
	int r = 0;
	for (size_t i = 0; !r && i < b->count; i++) {
		const struct bill_line *line = &b->lines[i];
		r = decimal_sum_add(
			&exact, line->exact, line->fraction.numerator, line->fraction.denominator);
		if (!r && __builtin_add_overflow(rounded, line->amount, &rounded))
			r = -EOVERFLOW;
	}
	b->total = rounded;
	return r || t->policy == ROUND_LINES
		       ? r
		       : decimal_sum_round(&exact, t->money_digits, t->rounding, &b->total);
}

int bill_make(const struct tariff *t, const struct usage *u, const struct contract *c,
	struct bill *ret, char **ret_error)
{
	struct bill bill = { .tariff = t };
	struct billing b = { t, u, c, &bill, { 0 }, ret_error };
	int r = measure(t, u, c, &bill.measures);
	for (size_t i = 0; !r && i < t->charge_count; i++)
		r = charge_lines(&b, &t->charges[i]);
	r = r ?: tax_lines(&b);
	r = r ?: add_up(&bill);
	if (r == -EOVERFLOW)
		*ret_error = text_print(
			"tariff %.*s: a quantity or amount is too large", STR_ARG(t->name));
	if (r < 0)
		bill_free(&bill);
	else
		*ret = bill;
	return r;
}

void bill_free(struct bill *b)
{
	free(b->lines);
	*b = (struct bill){ 0 };
}
