#include "intervals.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"

static void insert(struct intervals *s, size_t i, struct interval interval)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 4;
		s->at = reallocate(s->at, s->room, sizeof(*s->at));
	}
	memmove(s->at + i + 1, s->at + i, (s->count - i) * sizeof(*s->at));
	s->at[i] = interval;
	s->count++;
}

static void erase(struct intervals *s, size_t i)
{
	memmove(s->at + i, s->at + i + 1, (s->count - i - 1) * sizeof(*s->at));
	s->count--;
}

/* The first stretch that does not end before the number. */
static size_t search(const struct intervals *s, uint64_t number)
{
	size_t low = 0, high = s->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->at[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void join_next(struct intervals *s, size_t i)
{
	if (i + 1 == s->count || s->at[i + 1].first - 1 != s->at[i].last)
		return;
	s->at[i].last = s->at[i + 1].last;
	erase(s, i + 1);
}

int intervals_add(struct intervals *s, uint64_t number)
{
	struct interval *newest = s->count ? &s->at[s->count - 1] : NULL;
	if (newest && number - 1 == newest->last && number) {
		newest->last = number;
		return 1;
	}
	size_t i = search(s, number);
	if (i < s->count && s->at[i].first <= number)
		return 0;
	if (i && s->at[i - 1].last + 1 == number) {
		s->at[i - 1].last = number;
		join_next(s, i - 1);
	} else if (i < s->count && s->at[i].first - 1 == number) {
		s->at[i].first = number;
	} else if (s->count == INTERVALS_MAX) {
		return -ENOBUFS;
	} else {
		insert(s, i, (struct interval){ number, number });
	}
	return 1;
}

static struct interval overlap(struct interval a, uint64_t first, uint64_t last)
{
	return (struct interval){ a.first > first ? a.first : first,
		a.last < last ? a.last : last };
}

uint64_t intervals_count(const struct intervals *s, uint64_t first, uint64_t last)
{
	uint64_t count = 0;
	for (size_t i = search(s, first); i < s->count && s->at[i].first <= last; i++) {
		struct interval both = overlap(s->at[i], first, last);
		count += both.last - both.first + 1;
	}
	return count;
}

void intervals_absent(
	const struct intervals *s, uint64_t first, uint64_t last, struct intervals *ret)
{
	uint64_t next = first;
	for (size_t i = search(s, first); i < s->count && s->at[i].first <= last; i++) {
		if (s->at[i].first > next)
			insert(ret, ret->count, (struct interval){ next, s->at[i].first - 1 });
		if (s->at[i].last >= last)
			return;
		next = s->at[i].last + 1;
	}
	insert(ret, ret->count, (struct interval){ next, last });
}

void intervals_widen(const struct intervals *s, uint64_t *first, uint64_t *last)
{
	size_t i = search(s, *first);
	if (i && (i == s->count || s->at[i].first >= *first))
		*first = s->at[i - 1].last + 1;
	i = search(s, *last);
	if (i < s->count && s->at[i].last == *last)
		i++;
	if (i < s->count && s->at[i].first > *last)
		*last = s->at[i].first - 1;
}

/* Cuts taken out of stretch i; what stays before and behind it stays. Returns where to go on. */
static size_t cut(struct intervals *s, size_t i, struct interval taken)
{
	struct interval whole = s->at[i];
	bool before = taken.first > whole.first, behind = taken.last < whole.last;
	if (before)
		s->at[i].last = taken.first - 1;
	if (behind && before)
		insert(s, i + 1, (struct interval){ taken.last + 1, whole.last });
	else if (behind)
		s->at[i].first = taken.last + 1;
	else if (!before)
		erase(s, i);
	return i + before;
}

uint64_t intervals_take(struct intervals *s, uint64_t first, uint64_t last, uint64_t count)
{
	uint64_t taken = 0;
	for (size_t i = search(s, first);
		i < s->count && s->at[i].first <= last && taken < count;) {
		struct interval both = overlap(s->at[i], first, last);
		if (both.last - both.first >= count - taken)
			both.last = both.first + (count - taken) - 1;
		taken += both.last - both.first + 1;
		i = cut(s, i, both);
	}
	return taken;
}

void intervals_free(struct intervals *s)
{
	free(s->at);
	*s = (struct intervals){ 0 };
}
