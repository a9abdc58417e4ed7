#include "anomaly/detectors.h"

enum { SHORT = 3 }; /* values that may always be the same */

struct finding flat_add(struct flat *f, const struct point *p)
{
	double longest = larger(f->longest, SHORT);

	f->run = p->seen > 0 && p->value == p->last ? f->run + 1 : 0;
	f->longest = larger(longest, f->run);
	return (struct finding){ f->run > longest ? f->run / longest - 1 : 0, p->value };
}
