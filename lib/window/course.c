#include "course.h"

#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "wire_number.h"

static bool is_whole(const struct wire *w)
{
	return w->type != WIRE_DOUBLE;
}

static void add_increment(struct course_sum *sum, const struct wire *a, const struct wire *b)
{
	if (is_whole(a) && is_whole(b)) {
		__int128 from = wire_whole(a), to = wire_whole(b);
		sum->whole = wire_whole_sum(sum->whole, to >= from ? to - from : to);
		return;
	}
	double from = wire_real(a), to = wire_real(b);
	sum->real += to >= from ? to - from : to;
	sum->any_real = true;
}

static void add_area(
	struct course_sum *sum, const struct course_point *a, const struct course_point *b)
{
	double width = (double)(b->time - a->time), from = wire_real(&a->value);
	sum->lines += width * (from / 2 + wire_real(&b->value) / 2);
	sum->steps += width * from;
}

static void add_segment(
	struct course_sum *sum, const struct course_point *a, const struct course_point *b)
{
	add_increment(sum, &a->value, &b->value);
	add_area(sum, a, b);
}

/* Adds the oldest up for good. */
static void fold(struct course *c, size_t count)
{
	if (!count)
		return;
	if (!course_is_point(&c->folded))
		c->first = c->folded = c->points[0];
	for (size_t i = 0; i < count; i++) {
		add_segment(&c->sum, &c->folded, &c->points[i]);
		c->folded = c->points[i];
	}
	c->count -= count;
	memmove(c->points, c->points + count, c->count * sizeof(*c->points));
}

static void make_room(struct course *c)
{
	if (c->count == COURSE_POINTS)
		fold(c, COURSE_POINTS / 2);
	if (c->count < c->cap)
		return;
	c->cap = c->cap ? c->cap * 2 : 16;
	c->points = reallocate(c->points, c->cap, sizeof(*c->points));
}

void course_later(struct course_point *a, const struct course_point *b)
{
	if (course_is_point(b) && (!course_is_point(a) || b->time >= a->time))
		*a = *b;
}

static void insert(struct course *c, const struct course_point *p)
{
	make_room(c);
	size_t i = c->count;
	while (i && c->points[i - 1].time > p->time)
		i--;
	memmove(c->points + i + 1, c->points + i, (c->count - i) * sizeof(*c->points));
	c->points[i] = *p;
	c->count++;
}

void course_add(struct course *c, int64_t time, const struct wire *value)
{
	struct course_point p = { time, *value };
	if (!c->until || time < c->until)
		course_later(&c->edge, &p);
	if (!course_is_point(&c->folded) || time >= c->folded.time)
		insert(c, &p);
}

static void add_sum(struct course_sum *to, const struct course_sum *sum)
{
	to->whole = wire_whole_sum(to->whole, sum->whole);
	to->real += sum->real;
	to->any_real |= sum->any_real;
	to->lines += sum->lines;
	to->steps += sum->steps;
}

/* What the later stretch has added up for good is so here, too, and all before it. */
static void append_folded(struct course *c, const struct course *later)
{
	fold(c, c->count);
	if (course_is_point(&c->folded))
		add_segment(&c->sum, &c->folded, &later->first);
	else
		c->first = later->first;
	add_sum(&c->sum, &later->sum);
	c->folded = later->folded;
}

void course_append(struct course *c, const struct course *later)
{
	if (course_is_point(&later->folded))
		append_folded(c, later);
	for (size_t i = 0; i < later->count; i++)
		insert(c, &later->points[i]);
	course_later(&c->edge, &later->edge);
}

/* All after the first, with the first in *ret_first and the last in *ret_last. */
static struct course_sum add_up(
	const struct course *c, struct course_point *ret_first, struct course_point *ret_last)
{
	struct course_sum sum = c->sum;
	struct course_point at = course_is_point(&c->folded) ? c->folded : c->points[0];
	*ret_first = course_is_point(&c->folded) ? c->first : c->points[0];
	for (size_t i = 0; i < c->count; i++) {
		add_segment(&sum, &at, &c->points[i]);
		at = c->points[i];
	}
	*ret_last = at;
	return sum;
}

static struct wire whole_wire(__int128 v)
{
	if (v > UINT64_MAX || v < 0)
		return (struct wire){ .type = WIRE_DOUBLE, .d = (double)v };
	return (struct wire){ .type = WIRE_UINT, .u = (uint64_t)v };
}

struct wire course_delta(const struct course *c, double *ret_seconds)
{
	struct wire none = { .type = WIRE_NIL };
	struct course_point first, last;
	if (!c->count)
		return none;
	struct course_sum sum = add_up(c, &first, &last);
	if (course_is_point(&c->before)) {
		add_increment(&sum, &c->before.value, &first.value);
		first = c->before;
	}
	*ret_seconds = (double)(last.time - first.time) / 1e9;
	if (last.time <= first.time)
		return none;
	if (!sum.any_real && is_whole(&last.value))
		return whole_wire(sum.whole);
	double delta = (double)sum.whole + sum.real;
	return isfinite(delta) ? (struct wire){ .type = WIRE_DOUBLE, .d = delta } : none;
}

double course_integral(const struct course *c, bool step, int64_t reach)
{
	struct course_point first, last;
	if (!c->count)
		return NAN;
	struct course_sum sum = add_up(c, &first, &last);
	if (course_is_point(&c->before) && first.time - c->before.time <= reach) {
		add_area(&sum, &c->before, &first);
		first = c->before;
	}
	return last.time > first.time ? (step ? sum.steps : sum.lines) / 3600e9 : NAN;
}

void course_free(struct course *c)
{
	free(c->points);
	*c = (struct course){ 0 };
}
