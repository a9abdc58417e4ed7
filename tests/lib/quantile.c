/* Quantiles of more values than are held: the error in rank that lib/window/quantile.h states. */
#include "window/quantile.h"

#include <math.h>

#include "tap.h"

enum { VALUES = 1 << 19, STEPS = 10 };

/* The numbers from 0 up, each once, in an order that jumps about: the rank of each is itself. */
static double jumping(uint64_t i)
{
	return (double)(i * 611953 % VALUES);
}

static double rising(uint64_t i)
{
	return (double)i;
}

static double falling(uint64_t i)
{
	return (double)(VALUES - 1 - i);
}

static double worst_error(const struct quantile *q)
{
	double worst = 0;
	for (int i = 0; i <= STEPS; i++) {
		double p = (double)i / STEPS;
		worst = fmax(worst, fabs(quantile_at(q, p) - p * (VALUES - 1)));
	}
	return worst / VALUES;
}

static void test_bound(const char *order, double (*value)(uint64_t i))
{
	struct quantile whole = { 0 }, first = { 0 }, second = { 0 };
	double bound = log2((double)VALUES / QUANTILE_EXACT) / QUANTILE_EXACT;
	for (uint64_t i = 0; i < VALUES; i++) {
		quantile_add(&whole, value(i));
		quantile_add(i < VALUES / 3 ? &first : &second, value(i));
	}
	double error = worst_error(&whole);
	ok(error <= bound, "%s: ranks are off by %.2g of %d values, no more than %.2g", order,
		error, VALUES, bound);
	quantile_merge(&first, &second);
	error = worst_error(&first);
	ok(error <= bound * 2, "  of two parts together by %.2g", error);
	quantile_free(&whole);
	quantile_free(&first);
	quantile_free(&second);
}

static void test_exact(void)
{
	struct quantile q = { 0 };
	int wrong = 0;
	for (uint64_t i = 0; i < QUANTILE_EXACT; i++)
		quantile_add(&q, (double)(i * 77773 % QUANTILE_EXACT));
	for (int i = 0; i <= STEPS; i++)
		wrong += fabs(quantile_at(&q, (double)i / STEPS) -
				 (double)i / STEPS * (QUANTILE_EXACT - 1)) > 1e-9;
	ok(wrong == 0, "exact up to %d values", QUANTILE_EXACT);
	quantile_free(&q);
}

int main(void)
{
	test_exact();
	test_bound("jumping", jumping);
	test_bound("rising", rising);
	test_bound("falling", falling);
	return done();
}
