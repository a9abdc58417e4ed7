#include <errno.h>
#include <stdlib.h>

#include "windows_parts.h"

void *windows_grow(void *array, size_t count, size_t size)
{
	array = reallocarray(array, count, size);
	if (!array)
		abort();
	return array;
}

struct str windows_copy(struct str s)
{
	char *data = windows_grow(NULL, s.len + 1, 1);
	if (s.len)
		memcpy(data, s.data, s.len);
	return (struct str){ data, s.len };
}

static void free_window(struct window *window)
{
	for (size_t i = 0; i < window->field_count; i++)
		aggregate_free(&window->fields[i]);
	free(window->fields);
}

static bool has_result(const struct aggregate *a, unsigned kinds)
{
	unsigned of_any = 1u << AGGREGATE_FIRST | 1u << AGGREGATE_LAST | 1u << AGGREGATE_COUNT;
	return a->good ? a->numbers || kinds & of_any : a->bad > 0;
}

static void hand_out(const struct windows *w, const struct window *window)
{
	for (size_t i = 0; i < window->field_count; i++) {
		if (!has_result(&window->fields[i], w->form.kinds))
			continue;
		w->form.closed(window->source->name, window->start, window);
		return;
	}
}

static void close_first(struct source *s)
{
	struct window first = s->windows[0];
	s->window_count--;
	memmove(s->windows, s->windows + 1, s->window_count * sizeof(*s->windows));
	if (s->of->form.closed)
		hand_out(s->of, &first);
	free_window(&first);
}

static void close_all(struct source *s)
{
	while (s->window_count)
		close_first(s);
}

static void leave(void *state)
{
	struct source *s = state;
	close_all(s);
	for (size_t i = 0; i < s->field_count; i++)
		free((char *)s->fields[i].data);
	free(s->fields);
	free(s->windows);
	free((char *)s->name.data);
}

struct windows *windows_open(const struct windows_form *form)
{
	struct windows *w = windows_grow(NULL, 1, sizeof(*w));
	w->form = *form;
	w->sources = series_open(sizeof(struct source), form->sources, leave);
	return w;
}

void windows_close(struct windows *w)
{
	if (!w)
		return;
	w->form.closed = NULL;
	series_close(w->sources);
	free(w);
}

static struct source *get_source(struct windows *w, struct str name)
{
	bool is_new;
	struct source *s = series_get(w->sources, name, &is_new);
	if (is_new) {
		s->of = w;
		s->name = windows_copy(name);
	}
	return s;
}

int64_t windows_end_of(const struct source *s, int64_t start)
{
	int64_t end;
	return __builtin_add_overflow(start, s->of->form.every, &end) ? INT64_MAX : end;
}

static void advance(struct source *s, int64_t until)
{
	while (s->window_count && windows_end_of(s, s->windows[0].start) <= until)
		close_first(s);
	if (until > s->closed_until)
		s->closed_until = until;
}

struct window *windows_get(struct source *s, int64_t start)
{
	size_t i = s->window_count;
	while (i && s->windows[i - 1].start > start)
		i--;
	if (i && s->windows[i - 1].start == start)
		return &s->windows[i - 1];
	s->windows = windows_grow(s->windows, s->window_count + 1, sizeof(*s->windows));
	memmove(s->windows + i + 1, s->windows + i, (s->window_count - i) * sizeof(*s->windows));
	s->windows[i] = (struct window){ .source = s, .start = start };
	s->window_count++;
	return &s->windows[i];
}

size_t windows_field(struct source *s, struct str name, size_t guess)
{
	if (guess < s->field_count && str_eq(s->fields[guess], name))
		return guess;
	for (size_t i = 0; i < s->field_count; i++)
		if (str_eq(s->fields[i], name))
			return i;
	if (s->field_count == WINDOWS_FIELDS)
		return WINDOWS_FIELDS;
	s->fields = windows_grow(s->fields, s->field_count + 1, sizeof(*s->fields));
	s->fields[s->field_count] = windows_copy(name);
	return s->field_count++;
}

static struct aggregate *get_aggregate(struct window *window, size_t place)
{
	size_t count = window->source->field_count;
	if (place >= window->field_count) {
		window->fields = windows_grow(window->fields, count, sizeof(*window->fields));
		memset(window->fields + window->field_count, 0,
			(count - window->field_count) * sizeof(*window->fields));
		window->field_count = count;
	}
	return &window->fields[place];
}

static void add_values(struct source *s, struct window *window, const struct sample *sample)
{
	const struct windows_form *form = &s->of->form;
	size_t guess = 0;
	for (uint32_t i = 0; i < sample->values.count; i++) {
		struct str name;
		struct wire value;
		sample_value(sample, i, &name, &value);
		if (form->wanted && !form->wanted(name))
			continue;
		size_t place = windows_field(s, name, guess);
		if (place == WINDOWS_FIELDS)
			continue;
		guess = place + 1;
		uint32_t status = sample->quality.count ? sample_status(sample, name) : STATUS_GOOD;
		aggregate_add(get_aggregate(window, place), form->kinds, &value, status);
	}
}

int windows_add(struct windows *w, const struct sample *sample)
{
	struct source *s = get_source(w, sample->source);
	int64_t start = sample->time - sample->time % w->form.every;
	if (windows_end_of(s, start) <= s->closed_until)
		return -ESTALE;
	advance(s, sample->time - w->form.late);
	add_values(s, windows_get(s, start), sample);
	return 0;
}

void windows_mark(struct windows *w, struct str source, int64_t time)
{
	advance(get_source(w, source), time);
}

static void end_source(struct str name, void *state)
{
	(void)name;
	close_all(state);
}

void windows_end(struct windows *w)
{
	series_each(w->sources, end_source);
}

struct str windows_name(const struct windows *w, struct str field, enum aggregate_kind kind)
{
	static struct buffer name;
	if (!(w->form.kinds & (w->form.kinds - 1)))
		return field;
	name.len = 0;
	buffer_add_str(&name, field);
	buffer_add_char(&name, '_');
	buffer_add_str(&name, str(aggregate_names[kind]));
	return buffer_str(&name);
}

static void write_result(const struct windows *w, struct str field, enum aggregate_kind kind,
	const struct aggregate *a, struct sample_writer *to)
{
	static struct buffer result;
	uint32_t status;
	result.len = 0;
	if (!aggregate_result(a, kind, w->form.good_share, &result, &status))
		return;
	struct str name = windows_name(w, field, kind);
	sample_add_name(to, name);
	buffer_add_str(to->out, buffer_str(&result));
	sample_add_status(to, name, status);
}

void window_write(const struct window *window, struct sample_writer *to)
{
	const struct windows *w = window->source->of;
	for (size_t i = 0; i < window->field_count; i++)
		for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
			if (w->form.kinds & 1u << kind)
				write_result(w, window->source->fields[i],
					(enum aggregate_kind)kind, &window->fields[i], to);
}
