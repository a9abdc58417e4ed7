/* A set of numbers as the stretches it is made of: small where most numbers of a stretch are in it. */
#ifndef DUTO_INTERVALS_H
#define DUTO_INTERVALS_H

#include <stddef.h>
#include <stdint.h>

enum { INTERVALS_MAX = 1 << 20 };

struct interval {
	uint64_t first, last;
};

/* In order, none touching the next. Zeroed: empty. */
struct intervals {
	struct interval *at;
	size_t count, room;
};

/* 1: the number was added; 0: it was there; -ENOBUFS: it would be one stretch too many. */
int intervals_add(struct intervals *s, uint64_t number);

/* How many numbers from first to last are in the set. */
uint64_t intervals_count(const struct intervals *s, uint64_t first, uint64_t last);

/* Puts the numbers from first to last that are not in s into ret, which is empty. */
void intervals_absent(
	const struct intervals *s, uint64_t first, uint64_t last, struct intervals *ret);

/* Moves first down and last up over numbers that are not in the set, as far as the next that are: not
 * where there are none. */
void intervals_widen(const struct intervals *s, uint64_t *first, uint64_t *last);

/* Takes up to count numbers from first to last out of the set, the lowest first. Returns how many.
 */
uint64_t intervals_take(struct intervals *s, uint64_t first, uint64_t last, uint64_t count);

void intervals_free(struct intervals *s);

#endif
