/* Numbers in the order of time: how much a counter counted, and the integral over time.
 *
 * They may come in any order. Up to COURSE_POINTS are held; then the older half is added up for good,
 * and what is older still and comes later is left out.
 *
 * A stretch begins with the last value of the one before, where that is handed over (course_follow),
 * so that deltas and integrals of stretches that follow one another add up to those of the whole. */
#ifndef DUTO_COURSE_H
#define DUTO_COURSE_H

#include "buffer.h"
#include "wire.h"

enum { COURSE_POINTS = 4096 };

struct course_point {
	int64_t time;
	struct wire value; /* a number */
};

/* A zeroed struct is empty. */
struct course {
	struct course_point before;	   /* of the stretch before; nil: none */
	struct course_point first, folded; /* of those added up for good; nil: none are */
	struct course_sum {
		__int128 whole; /* increments of integers, */
		double real;	/* of others; */
		bool any_real;
		double lines, steps; /* areas, unit times ns */
	} sum;
	struct course_point *points;
	size_t count, cap;
};

void course_add(struct course *c, int64_t time, const struct wire *value);

/* The last point before a time; false: there is none. */
bool course_last(const struct course *c, int64_t until, struct course_point *ret);
void course_follow(struct course *c, const struct course_point *before);

/* What was counted: a value below the one before is a counter that has begun again from 0. Nil: there
 * is no more than one value. Integers while all are. *ret_seconds: from the first to the last. */
struct wire course_delta(const struct course *c, double *ret_seconds);

/* Unit times hours; of steps, each value holds until the next. NAN: there is no more than one value.
 * What came before counts only where it is no further than reach (ns) from the first. */
double course_integral(const struct course *c, bool step, int64_t reach);

void course_save(const struct course *c, struct buffer *to);
bool course_load(struct course *c, struct cursor *from);
void course_free(struct course *c);

#endif
