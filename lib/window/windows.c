#include <errno.h>
#include <stdlib.h>

#include "aggregate_parts.h"
#include "allocate.h"
#include "windows_parts.h"

struct str windows_copy(struct str s)
{
	char *data = reallocate(NULL, s.len + 1, 1);
	if (s.len)
		memcpy(data, s.data, s.len);
	return (struct str){ data, s.len };
}

static void leave(void *state)
{
	struct source *s = state;
	windows_close_all(s);
	for (size_t i = 0; i < s->field_count; i++)
		free((char *)s->fields[i].name.data);
	free(s->fields);
	free(s->windows);
	free((char *)s->name.data);
}

struct windows *windows_open(const struct windows_form *form)
{
	struct windows *w = reallocate(NULL, 1, sizeof(*w));
	w->form = *form;
	if (!w->form.over)
		w->form.over = w->form.every;
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

struct source *windows_source(struct windows *w, struct str name)
{
	bool is_new;
	struct source *s = series_get(w->sources, name, &is_new);
	if (is_new) {
		s->of = w;
		s->name = windows_copy(name);
	}
	return s;
}

int64_t windows_end_of(const struct window *window)
{
	const struct windows_form *form = &window->source->of->form;
	return form->gap ? windows_plus(window->last, form->gap + 1)
			 : windows_plus(window->start, form->over);
}

size_t windows_get(struct source *s, int64_t start)
{
	size_t i = s->window_count;
	while (i && s->windows[i - 1].start > start)
		i--;
	if (i && s->windows[i - 1].start == start)
		return i - 1;
	s->windows = reallocate(s->windows, s->window_count + 1, sizeof(*s->windows));
	memmove(s->windows + i + 1, s->windows + i, (s->window_count - i) * sizeof(*s->windows));
	s->windows[i] = (struct window){ .source = s, .start = start, .last = start };
	s->window_count++;
	return i;
}

size_t windows_field(struct source *s, struct str name, size_t guess)
{
	if (guess < s->field_count && str_eq(s->fields[guess].name, name))
		return guess;
	for (size_t i = 0; i < s->field_count; i++)
		if (str_eq(s->fields[i].name, name))
			return i;
	if (s->field_count == WINDOWS_FIELDS)
		return WINDOWS_FIELDS;
	s->fields = reallocate(s->fields, s->field_count + 1, sizeof(*s->fields));
	s->fields[s->field_count] = (struct window_field){ .name = windows_copy(name) };
	return s->field_count++;
}

void windows_widen(struct window *window)
{
	size_t count = window->source->field_count;
	window->fields = reallocate(window->fields, count, sizeof(*window->fields));
	memset(window->fields + window->field_count, 0,
		(count - window->field_count) * sizeof(*window->fields));
	window->field_count = count;
}

static struct aggregate *get_aggregate(struct window *window, size_t place)
{
	const struct windows_form *form = &window->source->of->form;
	if (place >= window->field_count)
		windows_widen(window);
	struct aggregate *a = &window->fields[place];
	if (form->set.kinds & AGGREGATE_COURSES && !a->course && !form->gap)
		aggregate_course(a)->until = windows_plus(window->start, form->every);
	return a;
}

void windows_take(struct window *window, const struct sample *sample)
{
	struct source *s = window->source;
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
		aggregate_add(get_aggregate(window, place), form->set.kinds, &value, status,
			sample->time);
	}
}

static bool add_aligned(struct source *s, const struct sample *sample)
{
	const struct windows_form *form = &s->of->form;
	int64_t start = sample->time - sample->time % form->every;
	bool added = false;
	for (; start >= 0 && start > sample->time - form->over; start -= form->every) {
		int64_t end = windows_plus(start, form->over);
		if (windows_plus(end, form->revise) <= s->closed_until)
			break;
		size_t place = windows_get(s, start);
		windows_take(&s->windows[place], sample);
		if (end <= s->closed_until)
			windows_revise(s, place);
		added = true;
	}
	return added;
}

int windows_add(struct windows *w, const struct sample *sample)
{
	struct source *s = windows_source(w, sample->source);
	windows_advance(s, sample->time - w->form.late);
	bool added = w->form.gap ? windows_add_to_session(s, sample) : add_aligned(s, sample);
	return added ? 0 : -ESTALE;
}

static int64_t first_open(const struct source *s, int64_t time)
{
	const struct windows_form *form = &s->of->form;
	if (!form->gap) {
		int64_t start = time - time % form->every;
		while (start >= form->every && start - form->every + form->over > time)
			start -= form->every;
		return start;
	}
	for (size_t i = 0; i < s->window_count; i++)
		if (!s->windows[i].closed && s->windows[i].start < time)
			return s->windows[i].start;
	return time;
}

int64_t windows_mark(struct windows *w, struct str source, int64_t time)
{
	struct source *s = windows_source(w, source);
	windows_advance(s, time);
	return first_open(s, time);
}

static void end_source(struct str name, void *state)
{
	(void)name;
	windows_close_all(state);
}

void windows_end(struct windows *w)
{
	series_each(w->sources, end_source);
}
