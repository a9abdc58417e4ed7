#include "anomaly/detectors.h"

enum { SHORT = 3 }; /* values that may always be the same */

/* Once it has moved: a series that has not may be one that never does. The lengths of stands are taken
 * for exponential with the longest one as the mean, so that one stand counts once, however long. */
struct finding flat_add(struct flat *f, const struct point *p)
{
	struct finding found = { 0, p->value };
	double longest = larger(f->longest, SHORT);

	if (p->seen == 0 || p->value != p->last) {
		f->longest = larger(f->longest, f->run);
		f->moves++;
		f->run = 0;
		return found;
	}
	f->run++;
	if (f->moves > 1)
		found.statistic = larger(f->run / longest - 1, 0);
	return found;
}
