#include "course.h"

#include <math.h>
#include <stdlib.h>

static bool is_point(const struct course_point *p)
{
	return p->value.type != WIRE_NIL;
}

static bool is_whole(const struct wire *w)
{
	return w->type != WIRE_DOUBLE;
}

static __int128 whole_of(const struct wire *w)
{
	return w->type == WIRE_BOOL ? w->b : w->type == WIRE_INT ? (__int128)w->i : (__int128)w->u;
}

static double real_of(const struct wire *w)
{
	return w->type == WIRE_DOUBLE ? w->d : (double)whole_of(w);
}

static void add_increment(struct course_sum *sum, const struct wire *a, const struct wire *b)
{
	if (is_whole(a) && is_whole(b)) {
		__int128 from = whole_of(a), to = whole_of(b);
		sum->whole += to >= from ? to - from : to;
		return;
	}
	double from = real_of(a), to = real_of(b);
	sum->real += to >= from ? to - from : to;
	sum->any_real = true;
}

static void add_area(
	struct course_sum *sum, const struct course_point *a, const struct course_point *b)
{
	double width = (double)(b->time - a->time), from = real_of(&a->value);
	sum->lines += width * (from / 2 + real_of(&b->value) / 2);
	sum->steps += width * from;
}

static void add_segment(
	struct course_sum *sum, const struct course_point *a, const struct course_point *b)
{
	add_increment(sum, &a->value, &b->value);
	add_area(sum, a, b);
}

/* Adds the older half up for good. */
static void fold(struct course *c)
{
	size_t half = c->count / 2;
	if (!is_point(&c->folded))
		c->first = c->folded = c->points[0];
	for (size_t i = 0; i < half; i++) {
		add_segment(&c->sum, &c->folded, &c->points[i]);
		c->folded = c->points[i];
	}
	c->count -= half;
	memmove(c->points, c->points + half, c->count * sizeof(*c->points));
}

static void make_room(struct course *c)
{
	if (c->count == COURSE_POINTS)
		fold(c);
	if (c->count < c->cap)
		return;
	c->cap = c->cap ? c->cap * 2 : 16;
	c->points = reallocarray(c->points, c->cap, sizeof(*c->points));
	if (!c->points)
		abort();
}

void course_add(struct course *c, int64_t time, const struct wire *value)
{
	if (is_point(&c->folded) && time < c->folded.time)
		return;
	make_room(c);
	size_t i = c->count;
	while (i && c->points[i - 1].time > time)
		i--;
	memmove(c->points + i + 1, c->points + i, (c->count - i) * sizeof(*c->points));
	c->points[i] = (struct course_point){ time, *value };
	c->count++;
}

bool course_last(const struct course *c, int64_t until, struct course_point *ret)
{
	for (size_t i = c->count; i; i--) {
		if (c->points[i - 1].time >= until)
			continue;
		*ret = c->points[i - 1];
		return true;
	}
	return false;
}

void course_follow(struct course *c, const struct course_point *before)
{
	c->before = *before;
}

/* All after the first, with the first in *ret_first and the last in *ret_last. */
static struct course_sum add_up(
	const struct course *c, struct course_point *ret_first, struct course_point *ret_last)
{
	struct course_sum sum = c->sum;
	struct course_point at = is_point(&c->folded) ? c->folded : c->points[0];
	*ret_first = is_point(&c->folded) ? c->first : c->points[0];
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
	if (is_point(&c->before)) {
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
	if (is_point(&c->before) && first.time - c->before.time <= reach) {
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

/* The state. */

static void save_point(const struct course_point *p, struct buffer *to)
{
	wire_int(to, p->time);
	wire_scalar(to, &p->value);
}

static bool load_point(struct cursor *from, struct course_point *ret)
{
	return wire_next_int(from, &ret->time) == 1 && wire_next(from, &ret->value) == 1 &&
	       ret->value.type <= WIRE_DOUBLE;
}

void course_save(const struct course *c, struct buffer *to)
{
	wire_array(to, 12 + 2 * (uint32_t)c->count);
	save_point(&c->before, to);
	save_point(&c->first, to);
	save_point(&c->folded, to);
	wire_uint(to, (uint64_t)((unsigned __int128)c->sum.whole >> 64));
	wire_uint(to, (uint64_t)c->sum.whole);
	wire_double(to, c->sum.real);
	wire_bool(to, c->sum.any_real);
	wire_double(to, c->sum.lines);
	wire_double(to, c->sum.steps);
	for (size_t i = 0; i < c->count; i++)
		save_point(&c->points[i], to);
}

static bool load_double(struct cursor *from, double *ret)
{
	struct wire w;
	*ret = 0;
	if (wire_next(from, &w) != 1 || w.type != WIRE_DOUBLE)
		return false;
	*ret = w.d;
	return true;
}

static bool load_sum(struct cursor *from, struct course_sum *sum)
{
	struct wire any;
	uint64_t high, low;
	if (wire_next_uint(from, &high) != 1 || wire_next_uint(from, &low) != 1 ||
		!load_double(from, &sum->real) || wire_next(from, &any) != 1 ||
		any.type != WIRE_BOOL)
		return false;
	sum->whole = (__int128)((unsigned __int128)high << 64 | low);
	sum->any_real = any.b;
	return load_double(from, &sum->lines) && load_double(from, &sum->steps);
}

bool course_load(struct course *c, struct cursor *from)
{
	uint32_t size;
	struct course_point p;
	if (wire_next_array(from, &size) != 1 || size < 12 || size % 2 ||
		size > 12 + 2 * COURSE_POINTS || !load_point(from, &c->before) ||
		!load_point(from, &c->first) || !load_point(from, &c->folded) ||
		!load_sum(from, &c->sum))
		return false;
	for (uint32_t i = 12; i < size; i += 2) {
		if (!load_point(from, &p) || !is_point(&p) ||
			(c->count && p.time < c->points[c->count - 1].time))
			return false;
		size_t before = c->count;
		course_add(c, p.time, &p.value);
		if (c->count != before + 1)
			return false;
	}
	return true;
}
