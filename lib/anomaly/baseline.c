#include <math.h>

#include "anomaly/detectors.h"

enum { FAR = 5 }; /* deviations */

/* A series that never moved has some deviation all the same: a millionth of its size. */
void baseline_point(const struct baseline *b, struct point *p)
{
	if (p->seen == 0)
		p->last = p->value;
	p->mean = p->seen == 0 ? p->value : b->mean;
	p->deviation = sqrt(b->variance) + 1e-9 + 1e-6 * fabs(p->mean);
}

void baseline_add(struct baseline *b, const struct point *p)
{
	double d = p->value - p->mean;

	if (p->seen > SETTLED)
		d = clip(d, FAR * p->deviation);
	b->mean = p->mean + p->forgetting * d;
	b->variance += p->forgetting * (d * d - b->variance);
}
