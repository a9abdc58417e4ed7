/* How windows close, come out, and come out again. */
#include <stdlib.h>

#include "windows_parts.h"
#include "wire_number.h"

static const struct course *course_of(const struct window *window, size_t field)
{
	return field < window->field_count ? window->fields[field].course : NULL;
}

static struct course_point last_before(const struct source *s, size_t place, size_t field)
{
	while (place--) {
		const struct course *c = course_of(&s->windows[place], field);
		if (c && course_is_point(&c->edge))
			return c->edge;
	}
	return s->fields[field].last;
}

static bool is_same(const struct course_point *a, const struct course_point *b)
{
	if (a->time != b->time || a->value.type != b->value.type)
		return false;
	if (!course_is_point(a))
		return true;
	return a->value.type == WIRE_DOUBLE ? a->value.d == b->value.d
					    : wire_whole(&a->value) == wire_whole(&b->value);
}

/* A window goes on from the last values before it. True: they are others than they were. */
static bool follow(struct source *s, size_t place)
{
	struct window *window = &s->windows[place];
	bool news = false;
	for (size_t i = 0; i < window->field_count; i++) {
		struct course *c = window->fields[i].course;
		if (!c)
			continue;
		struct course_point before = last_before(s, place, i);
		news |= !is_same(&before, &c->before);
		c->before = before;
	}
	return news;
}

static bool has_result(const struct aggregate *a, unsigned kinds)
{
	unsigned of_any = 1u << AGGREGATE_FIRST | 1u << AGGREGATE_LAST | 1u << AGGREGATE_COUNT;
	return a->good ? a->numbers || kinds & of_any : a->bad > 0;
}

static void hand_out(const struct windows *w, struct window *window)
{
	for (size_t i = 0; i < window->field_count; i++) {
		if (!has_result(&window->fields[i], w->form.set.kinds))
			continue;
		w->form.closed(window->source->name, window->start, window);
		return;
	}
}

static void give(struct source *s, size_t place)
{
	follow(s, place);
	s->windows[place].closed = true;
	if (s->of->form.closed)
		hand_out(s->of, &s->windows[place]);
}

void windows_revise(struct source *s, size_t place)
{
	give(s, place);
	while (++place < s->window_count && s->windows[place].closed)
		if (follow(s, place))
			give(s, place);
}

void windows_remove(struct source *s, size_t place)
{
	struct window *window = &s->windows[place];
	for (size_t i = 0; i < window->field_count; i++)
		aggregate_free(&window->fields[i]);
	free(window->fields);
	s->window_count--;
	memmove(window, window + 1, (s->window_count - place) * sizeof(*window));
}

static void forget_first(struct source *s)
{
	for (size_t i = 0; i < s->windows[0].field_count; i++)
		if (course_of(&s->windows[0], i))
			course_later(&s->fields[i].last, &course_of(&s->windows[0], i)->edge);
	windows_remove(s, 0);
}

void windows_advance(struct source *s, int64_t until)
{
	int64_t revise = s->of->form.revise;
	for (size_t i = 0; i < s->window_count && windows_end_of(&s->windows[i]) <= until; i++)
		if (!s->windows[i].closed)
			give(s, i);
	while (s->window_count && windows_plus(windows_end_of(&s->windows[0]), revise) <= until)
		forget_first(s);
	if (until > s->closed_until)
		s->closed_until = until;
}

void windows_close_all(struct source *s)
{
	for (size_t i = 0; i < s->window_count; i++)
		if (!s->windows[i].closed)
			give(s, i);
	while (s->window_count)
		forget_first(s);
}
