/* lib/intervals: against a plain array of flags, and at the ends of what numbers hold. */
#include "ledger/intervals.h"

#include <errno.h>

#include "random.h"
#include "tap.h"

enum { NUMBERS = 300 };

static bool in[NUMBERS];

static bool is_sound(const struct intervals *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->at[i].first > s->at[i].last ||
			(i && s->at[i].first <= s->at[i - 1].last + 1))
			return false;
	return true;
}

static uint64_t flags(uint64_t first, uint64_t last, bool wanted)
{
	uint64_t count = 0;
	for (uint64_t i = first; i <= last; i++)
		count += in[i] == wanted;
	return count;
}

static bool add_matches(struct intervals *s, uint64_t n)
{
	int r = intervals_add(s, n);
	bool good = r == !in[n];
	in[n] = true;
	return good;
}

static bool counts_match(const struct intervals *s, uint64_t a, uint64_t b)
{
	struct intervals absent = { 0 };
	intervals_absent(s, a, b, &absent);
	bool good = intervals_count(s, a, b) == flags(a, b, true) &&
		    intervals_count(&absent, a, b) == flags(a, b, false) &&
		    intervals_count(&absent, 0, UINT64_MAX) == flags(a, b, false) &&
		    is_sound(&absent);
	intervals_free(&absent);
	return good;
}

static bool take_matches(struct intervals *s, uint64_t a, uint64_t b, uint64_t count)
{
	uint64_t expected = flags(a, b, true);
	expected = expected < count ? expected : count;
	bool good = intervals_take(s, a, b, count) == expected;
	for (uint64_t i = a; i <= b && expected; i++)
		if (in[i]) {
			in[i] = false;
			expected--;
		}
	return good;
}

static void against_flags(void)
{
	struct intervals s = { 0 };
	struct random random;
	bool added = true, counted = true, taken = true, sound = true;
	random_seed(&random, 1, 0);
	for (int i = 0; i < 20000; i++) {
		uint64_t a = random_below(&random, NUMBERS);
		uint64_t b = a + random_below(&random, NUMBERS - a);
		added &= add_matches(&s, a);
		if (i % 7 == 0)
			counted &= counts_match(&s, a, b);
		if (i % 11 == 0)
			taken &= take_matches(&s, a, b, random_below(&random, 60));
		sound &= is_sound(&s);
	}
	ok(added, "a number is added once");
	ok(counted, "what is there and what is absent are counted");
	ok(taken, "the lowest are taken out");
	ok(sound, "stretches stay in order and apart");
	intervals_free(&s);
}

static void widening(void)
{
	struct intervals s = { 0 };
	uint64_t first = 12, last = 14;
	for (uint64_t i = 10; i <= 30; i += 10)
		for (uint64_t k = 0; k < 5; k++)
			intervals_add(&s, i + k);
	intervals_widen(&s, &first, &last);
	ok(first == 12 && last == 19, "up to the next stretch, not inside one");
	first = last = 17;
	intervals_widen(&s, &first, &last);
	ok(first == 15 && last == 19, "a hole from end to end");
	first = 5;
	last = 40;
	intervals_widen(&s, &first, &last);
	ok(first == 5 && last == 40, "not beyond all");
	intervals_free(&s);
}

static void at_the_ends(void)
{
	struct intervals s = { 0 };
	ok(intervals_add(&s, UINT64_MAX) == 1 && intervals_add(&s, 0) == 1 &&
			intervals_add(&s, UINT64_MAX) == 0 && s.count == 2,
		"the lowest and the highest number do not touch");
	ok(intervals_count(&s, 0, UINT64_MAX) == 2, "both are counted");
	intervals_free(&s);
}

static void holes(void)
{
	struct intervals s = { 0 };
	int r = 1;
	for (uint64_t i = 0; i < INTERVALS_MAX && r == 1; i++)
		r = intervals_add(&s, 2 * i);
	ok(r == 1 && intervals_add(&s, UINT64_MAX) == -ENOBUFS, "too many stretches are refused");
	ok(intervals_add(&s, 1) == 1, "one that joins two is not");
	intervals_free(&s);
}

int main(void)
{
	against_flags();
	widening();
	at_the_ends();
	holes();
	return done();
}
