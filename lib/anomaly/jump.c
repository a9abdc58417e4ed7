#include <math.h>

#include "anomaly/detectors.h"

enum { FAR = 10 }; /* usual steps */

struct finding jump_add(struct jump *j, const struct point *p)
{
	double step = fabs(p->value - p->last);
	double usual = j->step + 1e-9 + 1e-6 * fabs(p->mean);
	double learnt = p->seen > SETTLED ? clip(step, FAR * usual) : step;

	if (p->seen > 0)
		j->step += larger(p->forgetting, 1 / p->seen) * (learnt - j->step);
	return (struct finding){ step / usual, p->last };
}
