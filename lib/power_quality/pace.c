#include "power_quality/pace.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

static int64_t median(const struct pace *p)
{
	int64_t sorted[PACE_SPACINGS];
	memcpy(sorted, p->spacings, sizeof(sorted));
	qsort(sorted, p->count, sizeof(*sorted), compare);
	return sorted[p->count / 2];
}

void pace_add(struct pace *p, int64_t time)
{
	int64_t spacing = time - p->last;
	bool first = !p->last;
	p->last = time;
	if (first || spacing <= 0)
		return;
	p->spacings[p->at] = spacing;
	p->at = (p->at + 1) % PACE_SPACINGS;
	p->count += p->count < PACE_SPACINGS;
	if (p->at)
		return;
	int64_t now = median(p);
	if (!p->learnt || now < p->learnt)
		p->learnt = now;
}

int64_t pace_of(const struct pace *p)
{
	return p->learnt ? p->learnt : p->count ? median(p) : SECONDS;
}

void pace_archive(struct pace *p, struct archive *a)
{
	archive_time(a, &p->last);
	archive_time(a, &p->learnt);
	archive_count(a, &p->count, PACE_SPACINGS);
	archive_count(a, &p->at, PACE_SPACINGS - 1);
	for (int i = 0; i < PACE_SPACINGS; i++)
		archive_time(a, &p->spacings[i]);
}
