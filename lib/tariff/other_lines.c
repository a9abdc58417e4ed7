/* Charges that are not made of energy or demand: fixed ones, percentages, minima. */
#include <errno.h>

#include "tariff/engine.h"

static int price(const struct billing *b, const struct charge *c, struct price *ret)
{
	const struct cycle *cycle = &b->usage->cycle;
	if (c->bands.count)
		return price_of_band(b, c->code, &c->bands, &c->factor, ret);
	return price_of(b, c->code, &c->rate, &c->factor, cycle->first_day, cycle->end_day, ret);
}

static struct bill_line line_of(const struct billing *b, const struct charge *c)
{
	return (struct bill_line){ .code = c->code,
		.label = c->label,
		.unit = b->tariff->currency.data,
		.taxes = c->taxes,
		.charge = c };
}

int fixed_lines(struct billing *b, const struct charge *c)
{
	struct bill_line line = line_of(b, c);
	struct fraction share = fraction_one();
	struct price p;
	line.unit = c->per_day ? "day" : "each";
	if (c->per_day)
		share.numerator = (decimal_factor)cycle_days(&b->usage->cycle);
	int r = price(b, c, &p);
	return r || !p.sum ? r : line_add(b, c, line, c->quantity, share, p);
}

/* What the lines of the charges that are named come to. */
static int sum_of(const struct billing *b, const struct charge *c, decimal_product *ret)
{
	decimal_product sum = 0, value;
	int r = 0;
	for (size_t i = 0; !r && i < b->bill->count; i++) {
		const struct bill_line *line = &b->bill->lines[i];
		size_t charge = (size_t)(line->charge - b->tariff->charges);
		if (!(c->of[charge / 64] >> charge % 64 & 1))
			continue;
		r = line_value(b, line, &value);
		if (!r && __builtin_add_overflow(sum, value, &sum))
			r = -EOVERFLOW;
	}
	*ret = sum;
	return r;
}

int percent_lines(struct billing *b, const struct charge *c)
{
	decimal_product base, amount;
	struct price p;
	int r = sum_of(b, c, &base);
	r = r ?: price(b, c, &p);
	if (r < 0)
		return r;
	decimal_factor denominator = (decimal_factor)DECIMAL_ONE * (decimal_factor)p.days;
	decimal_factor rate = p.sum < 0 ? 0 : (decimal_factor)p.sum;
	r = decimal_ratio(
		base, rate, denominator, DECIMAL_PRODUCT_DIGITS, DECIMAL_HALF_UP, &amount);
	if (r < 0 || amount <= decimal_widen(c->maximum))
		return r ?: line_add_amount(b, line_of(b, c), base, p);
	return line_add_amount(
		b, line_of(b, c), decimal_widen(c->maximum), (struct price){ DECIMAL_ONE, 1 });
}

/* What is missing to the minimum. */
int minimum_lines(struct billing *b, const struct charge *c)
{
	decimal_product sum, least;
	struct price p;
	decimal_factor days = c->per_day ? (decimal_factor)cycle_days(&b->usage->cycle) : 1;
	int r = sum_of(b, c, &sum);
	r = r ?: price(b, c, &p);
	if (!r)
		r = decimal_ratio(decimal_multiply(c->quantity, p.sum), days,
			(decimal_factor)p.days, DECIMAL_PRODUCT_DIGITS, DECIMAL_HALF_UP, &least);
	if (r < 0 || sum >= least)
		return r;
	return line_add_amount(b, line_of(b, c), least - sum, (struct price){ DECIMAL_ONE, 1 });
}
