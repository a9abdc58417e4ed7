#include "meterdata/counter.h"

#include <errno.h>
#include <stdbool.h>

#include "clock.h"
#include "reading.h"

static int64_t counts_of_one(const struct counter *c)
{
	int64_t scale = 1;
	for (int i = 0; i < c->decimals; i++)
		scale *= 10;
	return scale;
}

int counter_counts(const struct counter *c, const struct wire *w, uint64_t *ret)
{
	uint64_t counts;
	decimal v;
	if (w->type == WIRE_UINT) {
		if (__builtin_mul_overflow(w->u, (uint64_t)counts_of_one(c), &counts))
			return -EDOM;
	} else {
		if (reading_decimal(w, c->decimals, &v) < 0 || v < 0)
			return -EDOM;
		counts = (uint64_t)(v / (DECIMAL_ONE / counts_of_one(c)));
	}
	if (c->modulus && counts >= c->modulus)
		return -EDOM;
	*ret = counts;
	return 0;
}

int counter_difference(
	const struct counter *c, uint64_t before, uint64_t now, int64_t elapsed, uint64_t *ret)
{
	bool back = now < before;
	uint64_t difference = now - before; /* of 2^64 this is the wrap too */
	if (back && c->modulus)
		difference = c->modulus - before + now;
	if (back && !c->max && difference > (c->modulus ? c->modulus : UINT64_MAX) / 10)
		return -EDOM;
	if (c->max && difference) {
		__int128 most = (__int128)c->max * elapsed / (3600 * SECONDS) * counts_of_one(c);
		if (c->factor > most / difference)
			return -EDOM;
	}
	*ret = difference;
	return 0;
}

int counter_energy(const struct counter *c, __int128 counts, decimal *ret)
{
	__int128 energy;
	int64_t scale = counts_of_one(c);
	if (__builtin_mul_overflow(counts, c->factor, &energy) || energy / scale >= INT64_MAX)
		return -EDOM;
	*ret = (decimal)((energy + scale / 2) / scale);
	return 0;
}
