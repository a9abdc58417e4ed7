/* The state of a course, written down and read back. */
#include "course.h"
#include "wire_number.h"

enum { HEAD = 15, POINT = 2 }; /* items */

void course_save_point(const struct course_point *p, struct buffer *to)
{
	wire_int(to, p->time);
	wire_scalar(to, &p->value);
}

bool course_load_point(struct cursor *from, struct course_point *ret)
{
	return wire_next_int(from, &ret->time) == 1 && ret->time >= 0 &&
	       wire_next(from, &ret->value) == 1 &&
	       (ret->value.type == WIRE_NIL || wire_is_number(&ret->value));
}

static void save_sum(const struct course_sum *sum, struct buffer *to)
{
	wire_wide(to, sum->whole);
	wire_double(to, sum->real);
	wire_bool(to, sum->any_real);
	wire_double(to, sum->lines);
	wire_double(to, sum->steps);
}

void course_save(const struct course *c, struct buffer *to)
{
	wire_array(to, HEAD + POINT * (uint32_t)c->count);
	wire_int(to, c->until);
	course_save_point(&c->before, to);
	course_save_point(&c->edge, to);
	course_save_point(&c->first, to);
	course_save_point(&c->folded, to);
	save_sum(&c->sum, to);
	for (size_t i = 0; i < c->count; i++)
		course_save_point(&c->points[i], to);
}

static bool load_sum(struct cursor *from, struct course_sum *sum)
{
	return wire_next_wide(from, &sum->whole) == 1 && wire_next_double(from, &sum->real) == 1 &&
	       wire_next_bool(from, &sum->any_real) == 1 &&
	       wire_next_double(from, &sum->lines) == 1 && wire_next_double(from, &sum->steps) == 1;
}

static bool load_points(struct course *c, uint32_t count, struct cursor *from)
{
	struct course_point p, last = { 0 };
	struct course_point edge = c->edge;
	for (uint32_t i = 0; i < count; i++) {
		size_t before = c->count;
		if (!course_load_point(from, &p) || !course_is_point(&p) ||
			(course_is_point(&last) && p.time < last.time))
			return false;
		course_add(c, p.time, &p.value);
		if (c->count != before + 1)
			return false;
		last = p;
	}
	c->edge = edge;
	return true;
}

bool course_load(struct course *c, struct cursor *from)
{
	uint32_t size;
	return wire_next_array(from, &size) == 1 && size >= HEAD && (size - HEAD) % POINT == 0 &&
	       (size - HEAD) / POINT <= COURSE_POINTS && wire_next_int(from, &c->until) == 1 &&
	       course_load_point(from, &c->before) && course_load_point(from, &c->edge) &&
	       course_load_point(from, &c->first) && course_load_point(from, &c->folded) &&
	       load_sum(from, &c->sum) && load_points(c, (size - HEAD) / POINT, from);
}
