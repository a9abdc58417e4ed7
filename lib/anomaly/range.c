#include "anomaly/detectors.h"

struct finding range_add(struct range *r, const struct point *p)
{
	if (p->seen == 0)
		r->low = r->high = p->value;
	double nearest = p->value > r->high ? r->high : p->value < r->low ? r->low : p->value;
	double width = r->high - r->low, beyond = larger(p->value - nearest, nearest - p->value);

	if (p->value > r->high)
		r->high = p->value;
	if (p->value < r->low)
		r->low = p->value;
	return (struct finding){ width > 0 ? beyond / width : 0, nearest };
}
