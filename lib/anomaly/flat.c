#include "anomaly/detectors.h"

enum { SHORT = 3 }; /* values that may always be the same */

/* A series that has not moved yet may be one that never does. */
struct finding flat_add(struct flat *f, const struct point *p)
{
	struct finding found = { 0, p->value };
	double longest = larger(f->longest, SHORT);

	if (p->seen == 0 || p->value != p->last) {
		f->moves++;
		f->run = 0;
		return found;
	}
	f->run++;
	f->longest = larger(longest, f->run);
	if (f->moves > 1)
		found.statistic = f->longest / longest - 1;
	return found;
}
