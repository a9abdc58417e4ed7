#include <math.h>

#include "anomaly/detectors.h"

static const double RECENT = 20; /* values */

static double weight(const struct point *p)
{
	return larger(1 / RECENT, 1 / (p->seen + 1));
}

struct finding level_add(struct recent *r, const struct point *p)
{
	r->mean += weight(p) * (p->value - r->mean);
	return (struct finding){ fabs(r->mean - p->mean) / p->deviation, p->mean };
}

struct finding variance_add(struct recent *r, const struct point *p)
{
	double d = p->value - r->mean, usual = p->deviation * p->deviation;

	r->variance += weight(p) * (d * d - r->variance);
	double ratio = (r->variance + 1e-9 * usual) / usual;
	return (struct finding){ larger(ratio, 1 / ratio) - 1, p->mean };
}
