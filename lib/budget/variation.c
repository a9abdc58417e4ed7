#include "budget/variation.h"

#include <errno.h>

#include "budget/bill_read.h"

const char *const effect_names[EFFECTS] = {
	[EFFECT_QUANTITY] = "quantity",
	[EFFECT_PRICE] = "price",
	[EFFECT_FLAG] = "flag",
	[EFFECT_TAX] = "tax",
	[EFFECT_DEMAND] = "demand",
	[EFFECT_ROUNDING] = "rounding",
};

static const struct line_sum *find(const struct bill_read *b, struct str code)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_eq(b->lines[i].code, code))
			return &b->lines[i];
	return NULL;
}

/* v x a / b, to the money's last digit; 0 where b is none. */
static decimal_product share(decimal_product v, decimal_product a, decimal_product b, int digits)
{
	decimal_product result = 0;
	bool negative = (a < 0) != (b < 0);
	if (!b)
		return 0;
	decimal_ratio(v, (decimal_factor)(a < 0 ? -a : a), (decimal_factor)(b < 0 ? -b : b), digits,
		DECIMAL_HALF_UP, &result);
	return negative ? -result : result;
}

static decimal_product round_money(decimal_product v, int digits)
{
	return share(v, 1, 1, digits);
}

/* The price without taxes is the same to nine digits, as rates are told. */
static bool same_price(const struct line_sum *a, const struct line_sum *b)
{
	return share(a->net, DECIMAL_ONE, a->quantity, DECIMAL_DIGITS) ==
	       share(b->net, DECIMAL_ONE, b->quantity, DECIMAL_DIGITS);
}

static void split(const struct line_sum *a, const struct line_sum *b, int digits,
	decimal_product effects[EFFECTS])
{
	decimal_product all = b->amount - a->amount;
	if (!a->quantity || !b->quantity || !a->net) {
		effects[EFFECT_QUANTITY] += all;
		return;
	}
	decimal_product quantity =
		share(a->gross, (decimal_product)b->quantity - a->quantity, a->quantity, digits);
	decimal_product tax = round_money(
		b->gross - share(b->net, a->gross, a->net, DECIMAL_PRODUCT_DIGITS), digits);
	if (same_price(a, b))
		quantity = all - tax;
	effects[EFFECT_QUANTITY] += quantity;
	effects[EFFECT_TAX] += tax;
	effects[EFFECT_PRICE] += all - quantity - tax;
}

static void compare(const struct line_sum *a, const struct line_sum *b, int digits,
	decimal_product effects[EFFECTS])
{
	static const struct line_sum none;
	enum line_class class = b ? b->class : a->class;
	a = a ?: &none;
	b = b ?: &none;
	if (class == LINE_COUNTED)
		split(a, b, digits, effects);
	else
		effects[class == LINE_FLAG     ? EFFECT_FLAG
			: class == LINE_DEMAND ? EFFECT_DEMAND
					       : EFFECT_TAX] += b->amount - a->amount;
}

static void compare_all(const struct bill_read *a, const struct bill_read *b, struct variation *v)
{
	decimal_product sum = 0;
	for (size_t i = 0; i < b->count; i++)
		compare(find(a, b->lines[i].code), &b->lines[i], v->digits, v->effects);
	for (size_t i = 0; i < a->count; i++)
		if (!find(b, a->lines[i].code))
			compare(&a->lines[i], NULL, v->digits, v->effects);
	for (int i = 0; i < EFFECT_ROUNDING; i++)
		sum += v->effects[i];
	v->effects[EFFECT_ROUNDING] = v->now - v->before - sum;
}

int variation_of(
	struct str before, struct str now, const struct opt_list *flags, struct variation *ret)
{
	struct bill_read a, b;
	int r = bill_read(before, flags, &a);
	if (r < 0)
		return r;
	r = bill_read(now, flags, &b);
	if (r < 0) {
		bill_read_free(&a);
		return r;
	}
	if (!str_eq(a.currency, b.currency)) {
		r = -EMEDIUMTYPE;
	} else {
		*ret = (struct variation){ .before = a.total, .now = b.total, .digits = b.digits };
		compare_all(&a, &b, ret);
	}
	bill_read_free(&a);
	bill_read_free(&b);
	return r;
}
