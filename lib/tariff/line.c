#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "tariff/engine.h"

static struct bill_line *append(struct bill *b)
{
	if (b->count == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 16;
		b->lines = reallocate(b->lines, b->cap, sizeof(*b->lines));
	}
	return &b->lines[b->count++];
}

static int finish(struct billing *b, struct bill_line *line)
{
	const struct tariff *t = b->tariff;
	int r = decimal_ratio(line->exact, line->fraction.numerator, line->fraction.denominator,
		t->money_digits, t->rounding, &line->amount);
	if (!r)
		*append(b->bill) = *line;
	return r;
}

/* The rate with taxes inside as the tariff rounds it: the fraction is used up then. */
static int round_rate(
	const struct tariff *t, struct fraction gross, struct price *price, decimal_product *ret)
{
	decimal_product rate = decimal_widen(price->sum);
	int digits = t->rate_digits < 0 ? DECIMAL_DIGITS : t->rate_digits;
	int r = decimal_ratio(
		rate, gross.numerator, gross.denominator, digits, DECIMAL_HALF_UP, ret);
	if (r < 0 || t->rate_digits < 0)
		return r;
	r = decimal_narrow(*ret, DECIMAL_HALF_UP, &price->sum);
	price->days = 1;
	return r;
}

int line_add(struct billing *b, const struct charge *c, struct bill_line line, decimal quantity,
	struct fraction share, struct price price)
{
	const struct tariff *t = b->tariff;
	struct fraction gross;
	decimal_factor units = c && c->per_units ? (decimal_factor)c->per_units : 1;
	if (!quantity)
		return 0;
	line.charge = c;
	int r = tax_gross(b, line.taxes, &gross);
	if (!r)
		r = decimal_ratio(decimal_widen(price.sum), 1, (decimal_factor)price.days,
			DECIMAL_DIGITS, DECIMAL_HALF_UP, &line.net_rate);
	r = r ?: fraction_times(&gross, 1, (decimal_factor)price.days);
	r = r ?: round_rate(t, gross, &price, &line.rate);
	line.fraction = t->rate_digits < 0 ? gross : fraction_one();
	r = r ?: fraction_times(&share, 1, units);
	r = r ?: fraction_times(&line.fraction, share.numerator, share.denominator);
	if (!r)
		r = decimal_ratio(decimal_widen(quantity), share.numerator, share.denominator,
			DECIMAL_PRODUCT_DIGITS, DECIMAL_HALF_UP, &line.quantity);
	line.exact = decimal_multiply(quantity, price.sum);
	return r ?: finish(b, &line);
}

int line_add_amount(
	struct billing *b, struct bill_line line, decimal_product base, struct price price)
{
	decimal_product rate = decimal_widen(price.sum);
	bool negative = (base < 0) != (price.sum < 0);
	decimal_factor factor =
		price.sum < 0 ? -(decimal_factor)price.sum : (decimal_factor)price.sum;
	if (!base)
		return 0;
	line.quantity = base;
	line.exact = base < 0 ? -base : base;
	line.exact = negative ? -line.exact : line.exact;
	line.fraction = fraction_one();
	int r = fraction_times(
		&line.fraction, factor, (decimal_factor)DECIMAL_ONE * (decimal_factor)price.days);
	if (!r)
		r = decimal_ratio(rate, 1, (decimal_factor)price.days, DECIMAL_DIGITS,
			DECIMAL_HALF_UP, &line.rate);
	line.net_rate = line.rate;
	return r ?: finish(b, &line);
}

int line_value(const struct billing *b, const struct bill_line *line, decimal_product *ret)
{
	if (b->tariff->policy == ROUND_END)
		return decimal_ratio(line->exact, line->fraction.numerator,
			line->fraction.denominator, DECIMAL_PRODUCT_DIGITS, b->tariff->rounding,
			ret);
	*ret = line->amount;
	return 0;
}
