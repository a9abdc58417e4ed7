/* The state of windows, written down and read back. */
#include <stdlib.h>

#include "windows_parts.h"

static void save_window(const struct window *window, struct buffer *to)
{
	wire_array(to, 2);
	wire_int(to, window->start);
	wire_array(to, (uint32_t)window->field_count);
	for (size_t i = 0; i < window->field_count; i++)
		aggregate_save(&window->fields[i], to);
}

static void save_source(const void *state, struct buffer *to)
{
	const struct source *s = state;
	wire_array(to, 3);
	wire_int(to, s->closed_until);
	wire_array(to, (uint32_t)s->field_count);
	for (size_t i = 0; i < s->field_count; i++)
		wire_bin(to, s->fields[i]);
	wire_array(to, (uint32_t)s->window_count);
	for (size_t i = 0; i < s->window_count; i++)
		save_window(&s->windows[i], to);
}

void windows_save(struct windows *w, struct buffer *to)
{
	series_save(w->sources, to, save_source);
}

static bool load_array(struct cursor *from, uint32_t *ret_size)
{
	struct wire w;
	if (wire_next(from, &w) != 1 || w.type != WIRE_ARRAY)
		return false;
	*ret_size = w.size;
	return true;
}

static bool load_time(struct cursor *from, int64_t *ret)
{
	struct wire w;
	if (wire_next(from, &w) != 1 ||
		(w.type != WIRE_INT && (w.type != WIRE_UINT || w.u > INT64_MAX)))
		return false;
	*ret = w.i;
	return true;
}

static bool load_fields(struct source *s, struct cursor *from)
{
	uint32_t count;
	struct wire w;
	if (!load_array(from, &count) || count > WINDOWS_FIELDS)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (wire_next(from, &w) != 1 || w.type != WIRE_BIN ||
			windows_field(s, w.bytes, i) != i)
			return false;
	return true;
}

/* Times are in order and multiples, as get_window would have it. */
static bool load_window(struct source *s, struct cursor *from)
{
	uint32_t size;
	int64_t start;
	if (!load_array(from, &size) || size != 2 || !load_time(from, &start) || start < 0 ||
		start % s->of->form.every || windows_end_of(s, start) <= s->closed_until ||
		(s->window_count && s->windows[s->window_count - 1].start >= start) ||
		!load_array(from, &size) || size > s->field_count ||
		size > (size_t)(from->end - from->at))
		return false;
	struct window *window = windows_get(s, start);
	window->fields = windows_grow(NULL, size + 1, sizeof(*window->fields));
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
	if (!load_array(from, &size) || size != 3 || !load_time(from, &s->closed_until) ||
		!load_fields(s, from) || !load_array(from, &size))
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
