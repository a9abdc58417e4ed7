/* Numbers in the order of time: how much a counter counted, and the integral over time.
 *
 * They may come in any order. Up to COURSE_POINTS are held; then the older half is added up for good,
 * and what is older still and comes later is left out.
 *
 * A stretch goes on from the last value of the one before, where that is told (before), so that deltas
 * and integrals of stretches that follow one another add up to those of the whole. */
#ifndef DUTO_COURSE_H
#define DUTO_COURSE_H

#include "buffer.h"
#include "wire.h"

enum { COURSE_POINTS = 4096 };

struct course_point {
	int64_t time;
	struct wire value; /* a number; nil: there is none */
};

/* A zeroed struct is empty. */
struct course {
	struct course_point before; /* the last of the stretch before: set by the caller */
	int64_t until; /* where the next stretch begins; 0: behind all: set by the caller */
	struct course_point edge;	   /* the last before until */
	struct course_point first, folded; /* of those added up for good */
	struct course_sum {
		__int128 whole; /* increments of integers, */
		double real;	/* of others; */
		bool any_real;
		double lines, steps; /* areas, unit times ns */
	} sum;
	struct course_point *points;
	size_t count, cap;
};

static inline bool course_is_point(const struct course_point *p)
{
	return p->value.type != WIRE_NIL;
}

/* Where a is no point, or is not behind b, it becomes b. */
void course_later(struct course_point *a, const struct course_point *b);

void course_add(struct course *c, int64_t time, const struct wire *value);

/* Adds a stretch that begins behind the last point of this one; that one is left as it is. */
void course_append(struct course *c, const struct course *later);

/* What was counted: a value below the one before is a counter that has begun again from 0. Nil: there
 * is no more than one value. Integers while all are. *ret_seconds: from the first to the last. */
struct wire course_delta(const struct course *c, double *ret_seconds);

/* Unit times hours; of steps, each value holds until the next. NAN: there is no more than one value.
 * What came before counts only where it is no further than reach (ns) from the first. */
double course_integral(const struct course *c, bool step, int64_t reach);

/* All of it, as one wire object, and back into an empty one: false where it is not what
 * course_save writes; then, too, course_free. */
void course_save(const struct course *c, struct buffer *to);
bool course_load(struct course *c, struct cursor *from);

bool course_load_point(struct cursor *from, struct course_point *ret);
void course_save_point(const struct course_point *p, struct buffer *to);

void course_free(struct course *c);

#endif
