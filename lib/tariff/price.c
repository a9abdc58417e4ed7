#include <errno.h>

#include "tariff/engine.h"
#include "text.h"

int fraction_times(struct fraction *f, decimal_factor numerator, decimal_factor denominator)
{
	decimal_factor a = decimal_divisor(numerator, f->denominator),
		       b = decimal_divisor(f->numerator, denominator);
	a += !a;
	b += !b;
	struct fraction r;
	if (__builtin_mul_overflow(f->numerator / b, numerator / a, &r.numerator) ||
		__builtin_mul_overflow(f->denominator / a, denominator / b, &r.denominator))
		return -EOVERFLOW;
	*f = r;
	return 0;
}

/* The place of the value that holds on a day; -1: none does. */
static int value_on(const struct dated_values *v, int32_t day)
{
	int i = (int)v->count - 1;
	while (i >= 0 && v->at[i].from > day)
		i--;
	return i;
}

static int no_rate(const struct billing *b, struct str code, int32_t day)
{
	char date[DATE_TEXT + 1] = { 0 };
	date_format(date, day);
	*b->ret_error = text_print("tariff %.*s: %.*s has no rate for %s", STR_ARG(b->tariff->name),
		STR_ARG(code), date);
	return -ENODATA;
}

/* What holds on a day, times the factor; *ret_until: the day on which either changes, up to end. */
static int value_at(const struct billing *b, struct str code, const struct dated_values *v,
	const struct dated_values *factor, int32_t day, int32_t end, decimal *ret,
	int32_t *ret_until)
{
	int i = value_on(v, day), f = value_on(factor, day);
	if (i < 0 || (factor->count && f < 0))
		return no_rate(b, code, day);
	*ret_until = end;
	if ((size_t)i + 1 < v->count && v->at[i + 1].from < *ret_until)
		*ret_until = v->at[i + 1].from;
	if (factor->count && (size_t)f + 1 < factor->count && factor->at[f + 1].from < *ret_until)
		*ret_until = factor->at[f + 1].from;
	*ret = v->at[i].value;
	if (!factor->count)
		return 0;
	return decimal_narrow(decimal_multiply(*ret, factor->at[f].value), DECIMAL_HALF_UP, ret);
}

int price_of(const struct billing *b, struct str code, const struct dated_values *v,
	const struct dated_values *factor, int32_t first, int32_t end, struct price *ret)
{
	decimal value, part, sum = 0;
	int32_t until, day = first;
	int r = value_at(b, code, v, factor, first, end, &value, &until);
	if (r < 0)
		return r;
	if (until == end) {
		*ret = (struct price){ value, 1 };
		return 0;
	}
	for (; day < end; day = until) {
		r = value_at(b, code, v, factor, day, end, &value, &until);
		if (r < 0)
			return r;
		if (__builtin_mul_overflow(value, until - day, &part) ||
			decimal_add(sum, part, &sum))
			return -EOVERFLOW;
	}
	*ret = (struct price){ sum, end - first };
	return 0;
}

static int quantity_of(const struct billing *b, enum band_by by, decimal *ret)
{
	const struct measures *m = &b->bill->measures;
	int post;
	decimal energy, demand = measure_largest(m->demand, UINT64_MAX, &post);
	int r = measure_sum(m->import, UINT64_MAX, &energy);
	*ret = by == BY_DEMAND ? demand : energy;
	if (r < 0 || by != BY_HOURS_OF_USE || !demand)
		return r;
	decimal_product hours;
	r = decimal_ratio(decimal_widen(energy), DECIMAL_ONE, (decimal_factor)demand,
		DECIMAL_DIGITS, DECIMAL_HALF_UP, &hours);
	return r ?: decimal_narrow(hours, DECIMAL_HALF_UP, ret);
}

int price_of_band(const struct billing *b, struct str code, const struct bands *bands,
	const struct dated_values *factor, struct price *ret)
{
	const struct cycle *c = &b->usage->cycle;
	decimal quantity;
	int r = quantity_of(b, bands->by, &quantity);
	*ret = (struct price){ 0, 1 };
	for (size_t i = 0; !r && i < bands->count; i++)
		if (quantity <= bands->at[i].to)
			return price_of(b, code, &bands->at[i].value, factor, c->first_day,
				c->end_day, ret);
	return r;
}
