#include <math.h>
#include <string.h>

#include "forest/layout.h"

/* The float 64 values in their order as integers, and back. */
static double ordered(int64_t key)
{
	uint64_t bits = key < 0 ? (uint64_t)INT64_MIN - (uint64_t)key : (uint64_t)key;
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static int64_t order_of(double v)
{
	int64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits < 0 ? INT64_MIN - bits : bits;
}

static bool goes_left(const struct folding *f, size_t feature, double raw, double threshold)
{
	double v = f->scaler ? scaler_apply(f->scaler, f->fields[feature], raw) : raw;

	return (f->float64 ? v : (float)v) <= threshold;
}

/* The greatest raw value that goes left: low always does, high never. */
double fold(const struct folding *f, size_t feature, double threshold)
{
	int64_t low = order_of(-INFINITY), high = order_of(INFINITY);

	while (low + 1 < high) {
		int64_t middle = low / 2 + high / 2 + (low % 2 + high % 2) / 2;
		if (goes_left(f, feature, ordered(middle), threshold))
			low = middle;
		else
			high = middle;
	}
	return ordered(low);
}
