#include <errno.h>

#include "tariff/engine.h"
#include "text.h"

static const struct dated_values no_factor;

static int tax_rate(const struct billing *b, const struct tax *tax, struct price *ret)
{
	const struct cycle *c = &b->usage->cycle;
	if (tax->bands.count)
		return price_of_band(b, tax->code, &tax->bands, &no_factor, ret);
	return price_of(b, tax->code, &tax->rate, &no_factor, c->first_day, c->end_day, ret);
}

static int add_price(struct price *to, struct price more)
{
	decimal a, c;
	int days = to->days == more.days ? 1 : more.days;
	if (__builtin_mul_overflow(to->sum, days, &a) ||
		__builtin_mul_overflow(more.sum, days == 1 ? 1 : to->days, &c) ||
		decimal_add(a, c, &to->sum))
		return -EOVERFLOW;
	to->days *= days;
	return 0;
}

/* What the taxes of a set that are inside in one step come to. */
static int step_rate(const struct billing *b, uint32_t taxes, int step, struct price *ret)
{
	int r = 0;
	*ret = (struct price){ 0, 1 };
	for (size_t i = 0; !r && i < b->tariff->tax_count; i++) {
		const struct tax *tax = &b->tariff->taxes[i];
		struct price rate;
		if (tax->on_top || tax->step != step || !(taxes >> i & 1))
			continue;
		r = tax_rate(b, tax, &rate);
		r = r ?: add_price(ret, rate);
	}
	return r;
}

/* x 1 / (1 - the step's taxes) */
static int divide_by_rest(const struct billing *b, struct price taxes, struct fraction *f)
{
	decimal whole, rest;
	if (__builtin_mul_overflow(DECIMAL_ONE, taxes.days, &whole))
		return -EOVERFLOW;
	rest = whole - taxes.sum;
	if (rest > 0)
		return fraction_times(f, (decimal_factor)whole, (decimal_factor)rest);
	return text_refuse(b->ret_error, "tariff %.*s: the taxes inside come to all of the price",
		STR_ARG(b->tariff->name));
}

int tax_gross(const struct billing *b, uint32_t taxes, struct fraction *ret)
{
	*ret = fraction_one();
	for (int step = 1; step <= TARIFF_TAXES; step++) {
		struct price sum;
		int r = step_rate(b, taxes, step, &sum);
		if (!r && sum.sum)
			r = divide_by_rest(b, sum, ret);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The sum of the lines that bear a tax. The first `count` lines: taxes on top bear none. */
static int base_of(const struct billing *b, size_t tax, size_t count, decimal_product *ret)
{
	decimal_product sum = 0, value;
	int r = 0;
	for (size_t i = 0; !r && i < count; i++) {
		const struct bill_line *line = &b->bill->lines[i];
		if (!(line->taxes >> tax & 1))
			continue;
		r = line_value(b, line, &value);
		if (!r && __builtin_add_overflow(sum, value, &sum))
			r = -EOVERFLOW;
	}
	*ret = sum;
	return r;
}

static int times(decimal_product v, struct price p, int digits, enum decimal_rounding rounding,
	decimal_product *ret)
{
	return decimal_ratio(v, (decimal_factor)p.sum,
		(decimal_factor)DECIMAL_ONE * (decimal_factor)p.days, digits, rounding, ret);
}

/* Takes the taxes of later steps, which lie around this one, off the base. */
static int inner_base(const struct billing *b, size_t tax, decimal_product *base)
{
	const struct tariff *t = b->tariff;
	int r = 0;
	for (int step = TARIFF_TAXES; !r && step > t->taxes[tax].step; step--) {
		struct price outer;
		decimal_product off;
		r = step_rate(b, UINT32_MAX, step, &outer);
		r = r ?: times(*base, outer, DECIMAL_PRODUCT_DIGITS, t->rounding, &off);
		*base -= r ? 0 : off;
	}
	return r;
}

static int add_tax(struct billing *b, size_t tax, size_t count)
{
	const struct tariff *t = b->tariff;
	const struct tax *of = &t->taxes[tax];
	struct bill_tax *to = &b->bill->taxes[b->bill->tax_count];
	struct price rate;
	decimal_product base;
	int r = tax_rate(b, of, &rate);
	r = r ?: base_of(b, tax, count, &base);
	if (!r && of->on_top)
		r = line_add_amount(b,
			(struct bill_line){ .code = of->code, .unit = t->currency.data }, base,
			rate);
	if (!r && !of->on_top)
		r = inner_base(b, tax, &base);
	*to = (struct bill_tax){ .code = of->code, .on_top = of->on_top };
	r = r ?: decimal_ratio(base, 1, 1, t->money_digits, t->rounding, &to->base);
	r = r ?: times(base, rate, t->money_digits, t->rounding, &to->amount);
	if (!r)
		r = decimal_ratio(decimal_widen(rate.sum), 1, (decimal_factor)rate.days,
			DECIMAL_DIGITS, t->rounding, &to->rate);
	b->bill->tax_count += !r && base;
	return r;
}

int tax_lines(struct billing *b)
{
	size_t count = b->bill->count;
	int r = 0;
	for (size_t i = 0; !r && i < b->tariff->tax_count; i++)
		r = add_tax(b, i, count);
	return r;
}
