#include "power_quality/compensation.h"

static int add_excess(
	struct decimal_sum *sum, size_t count, size_t readings, decimal limit, decimal_product each)
{
	decimal_factor counted = (decimal_factor)count * DECIMAL_ONE;
	decimal_factor allowed = (decimal_factor)limit * readings;
	if (counted <= allowed)
		return 0;
	return decimal_sum_add(
		sum, each, counted - allowed, (decimal_factor)readings * DECIMAL_ONE);
}

int compensation_of(const struct profile *p, const struct verdict *v, decimal charge, int digits,
	decimal_product *ret)
{
	struct decimal_sum sum = { 0 };
	const struct profile_compensation *c = &p->compensation;
	int r = add_excess(&sum, v->most_precarious, v->readings, p->precarious_limit,
		decimal_multiply(charge, c->precarious));
	r = r
		    ?: add_excess(&sum, v->most_critical, v->readings, p->critical_limit,
			       decimal_multiply(charge, c->critical));
	return r ?: decimal_sum_round(&sum, digits, DECIMAL_HALF_UP, ret);
}
