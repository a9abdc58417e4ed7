/* The state of windows, written down and read back. */
#include <stdlib.h>

#include "allocate.h"
#include "windows_parts.h"

static void save_window(const struct window *window, struct buffer *to)
{
	wire_array(to, 6);
	wire_int(to, window->start);
	wire_int(to, window->last);
	wire_bool(to, window->closed);
	wire_uint(to, window->given);
	wire_uint(to, window->seq);
	wire_array(to, (uint32_t)window->field_count);
	for (size_t i = 0; i < window->field_count; i++)
		aggregate_save(&window->fields[i], to);
}

static void save_field(const struct window_field *f, struct buffer *to)
{
	wire_array(to, 4);
	wire_bin(to, f->name);
	wire_bool(to, f->step);
	course_save_point(&f->last, to);
}

static void save_source(const void *state, struct buffer *to)
{
	const struct source *s = state;
	wire_array(to, 3);
	wire_int(to, s->closed_until);
	wire_array(to, (uint32_t)s->field_count);
	for (size_t i = 0; i < s->field_count; i++)
		save_field(&s->fields[i], to);
	wire_array(to, (uint32_t)s->window_count);
	for (size_t i = 0; i < s->window_count; i++)
		save_window(&s->windows[i], to);
}

void windows_save(struct windows *w, struct buffer *to)
{
	series_save(w->sources, to, save_source);
}

static bool load_field(struct source *s, uint32_t place, struct cursor *from)
{
	uint32_t size;
	struct str name;
	bool step;
	struct course_point last = { 0 };
	if (wire_next_array(from, &size) != 1 || size != 4 || wire_next_bin(from, &name) != 1 ||
		wire_next_bool(from, &step) != 1 || !course_load_point(from, &last) ||
		windows_field(s, name, place) != place)
		return false;
	s->fields[place].step = step;
	s->fields[place].last = last;
	return true;
}

static bool load_fields(struct source *s, struct cursor *from)
{
	uint32_t count;
	if (wire_next_array(from, &count) != 1 || count > WINDOWS_FIELDS)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!load_field(s, i, from))
			return false;
	return true;
}

/* Times are in order and multiples, as windows_get would have it. */
static bool load_frame(struct source *s, struct cursor *from, struct window *ret)
{
	const struct windows_form *form = &s->of->form;
	uint32_t size;
	if (wire_next_array(from, &size) != 1 || size != 6 ||
		wire_next_int(from, &ret->start) != 1 || wire_next_int(from, &ret->last) != 1 ||
		wire_next_bool(from, &ret->closed) != 1 || wire_next_uint(from, &ret->given) != 1 ||
		wire_next_uint(from, &ret->seq) != 1)
		return false;
	return ret->start >= 0 && ret->last >= ret->start && ret->last < INT64_MAX / 2 &&
	       (form->gap || ret->start % form->every == 0) &&
	       !(s->window_count && s->windows[s->window_count - 1].start >= ret->start);
}

static bool load_window(struct source *s, struct cursor *from)
{
	uint32_t size;
	struct window frame = { 0 };
	if (!load_frame(s, from, &frame) || wire_next_array(from, &size) != 1 ||
		size > s->field_count || size > (size_t)(from->end - from->at))
		return false;
	size_t place = windows_get(s, frame.start);
	struct window *window = &s->windows[place];
	window->last = frame.last;
	window->closed = frame.closed;
	window->given = frame.given;
	window->seq = frame.seq;
	window->fields = reallocate(NULL, size + 1, sizeof(*window->fields));
	memset(window->fields, 0, size * sizeof(*window->fields));
	window->field_count = size;
	for (uint32_t i = 0; i < size; i++)
		if (!aggregate_load(&window->fields[i], from))
			return false;
	return true;
}

static bool load_source(void *context, struct str key, void *state, struct cursor *from)
{
	struct source *s = state;
	uint32_t size;
	s->of = context;
	s->name = windows_copy(key);
	if (wire_next_array(from, &size) != 1 || size != 3 ||
		wire_next_int(from, &s->closed_until) != 1 || !load_fields(s, from) ||
		wire_next_array(from, &size) != 1)
		return false;
	while (size--)
		if (!load_window(s, from))
			return false;
	return true;
}

bool windows_load(struct windows *w, struct cursor *from)
{
	return series_load(w->sources, from, load_source, w);
}
