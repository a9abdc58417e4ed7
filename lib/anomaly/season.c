#include <math.h>

#include "anomaly/detectors.h"

enum { REMEMBERED = 20, KNOWN = 2 }; /* values of a slot */

static const double SLACK = 0.3; /* deviations of the whole series that are always usual */

static void learn(struct season *s, const struct point *p)
{
	double d = p->value - s->mean[p->slot];
	double weight = 1.0 / (s->seen[p->slot] + 1);

	s->mean[p->slot] += weight * d;
	if (s->seen[p->slot] > 0)
		s->deviation[p->slot] += weight * (fabs(d) - s->deviation[p->slot]);
	if (s->seen[p->slot] < REMEMBERED)
		s->seen[p->slot]++;
}

struct finding season_add(struct season *s, const struct point *p)
{
	struct finding f = { 0, s->mean[p->slot] };

	if (s->seen[p->slot] >= KNOWN)
		f.statistic = fabs(p->value - f.expected) /
			      (SLACK * p->deviation + s->deviation[p->slot]);
	learn(s, p);
	return f;
}
