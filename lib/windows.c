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
		if (!has_result(&window->fields[i], w->form.set.kinds))
			continue;
		w->form.closed(window->source->name, window->start, window);
		return;
	}
}

/* What follows the last value of the window before goes on from it. */
static void follow(struct source *s, struct window *window)
{
	int64_t until = s->of->form.gap ? INT64_MAX : window->start + s->of->form.every;
	for (size_t i = 0; i < window->field_count; i++) {
		struct course *course = window->fields[i].course;
		if (!course)
			continue;
		course_follow(course, &s->fields[i].last);
		course_last(course, until, &s->fields[i].last);
	}
}

static void give(struct source *s, struct window *window)
{
	if (!s->of->form.closed)
		return;
	if (!window->given)
		follow(s, window);
	window->given++;
	hand_out(s->of, window);
}

static void remove_first(struct source *s)
{
	free_window(&s->windows[0]);
	s->window_count--;
	memmove(s->windows, s->windows + 1, s->window_count * sizeof(*s->windows));
}

static void close_all(struct source *s)
{
	for (size_t i = 0; i < s->window_count; i++)
		if (!s->windows[i].given)
			give(s, &s->windows[i]);
	while (s->window_count)
		remove_first(s);
}

static void leave(void *state)
{
	struct source *s = state;
	close_all(s);
	for (size_t i = 0; i < s->field_count; i++)
		free((char *)s->fields[i].name.data);
	free(s->fields);
	free(s->windows);
	free((char *)s->name.data);
}

struct windows *windows_open(const struct windows_form *form)
{
	struct windows *w = windows_grow(NULL, 1, sizeof(*w));
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

static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t windows_end_of(const struct window *window)
{
	const struct windows_form *form = &window->source->of->form;
	return form->gap ? plus(window->last, form->gap + 1) : plus(window->start, form->over);
}

static void advance(struct source *s, int64_t until)
{
	for (size_t i = 0; i < s->window_count && windows_end_of(&s->windows[i]) <= until; i++)
		if (!s->windows[i].given)
			give(s, &s->windows[i]);
	while (s->window_count && plus(windows_end_of(&s->windows[0]), s->of->form.revise) <= until)
		remove_first(s);
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
	s->windows[i] = (struct window){ .source = s, .start = start, .last = start };
	s->window_count++;
	return &s->windows[i];
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
	s->fields = windows_grow(s->fields, s->field_count + 1, sizeof(*s->fields));
	s->fields[s->field_count] = (struct window_field){ .name = windows_copy(name) };
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
		aggregate_add(get_aggregate(window, place), form->set.kinds, &value, status,
			sample->time);
	}
}

/* Takes a sample into a window, which comes out again where it is closed already. */
static void add_to(struct source *s, struct window *window, const struct sample *sample)
{
	add_values(s, window, sample);
	if (windows_end_of(window) <= s->closed_until)
		give(s, window);
}

static bool is_late(const struct source *s, int64_t end)
{
	return plus(end, s->of->form.revise) <= s->closed_until;
}

static bool add_aligned(struct source *s, const struct sample *sample)
{
	const struct windows_form *form = &s->of->form;
	int64_t start = sample->time - sample->time % form->every;
	bool added = false;
	for (; start >= 0 && start > sample->time - form->over; start -= form->every) {
		if (is_late(s, plus(start, form->over)))
			break;
		add_to(s, windows_get(s, start), sample);
		added = true;
	}
	return added;
}

/* The session that a time belongs to, the first of those that it is no further from than the gap: so
 * they stay in order. */
static struct window *find_session(struct source *s, int64_t time)
{
	struct window *found = NULL;
	int64_t gap = s->of->form.gap;
	for (size_t i = s->window_count; i; i--) {
		struct window *window = &s->windows[i - 1];
		if (time > plus(window->last, gap))
			break;
		if (time >= window->start - gap)
			found = window;
	}
	return found;
}

static bool add_to_session(struct source *s, const struct sample *sample)
{
	struct window *window = find_session(s, sample->time);
	if (!window && is_late(s, plus(sample->time, s->of->form.gap + 1)))
		return false;
	if (!window)
		window = windows_get(s, sample->time);
	if (sample->time > window->last)
		window->last = sample->time;
	if (sample->time < window->start && !window->given)
		window->start = sample->time;
	add_to(s, window, sample);
	return true;
}

int windows_add(struct windows *w, const struct sample *sample)
{
	struct source *s = windows_source(w, sample->source);
	advance(s, sample->time - w->form.late);
	bool added = w->form.gap ? add_to_session(s, sample) : add_aligned(s, sample);
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
		if (!s->windows[i].given && s->windows[i].start < time)
			return s->windows[i].start;
	return time;
}

int64_t windows_mark(struct windows *w, struct str source, int64_t time)
{
	struct source *s = windows_source(w, source);
	advance(s, time);
	return first_open(s, time);
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

struct str windows_name(const struct windows *w, struct str field, int kind)
{
	static struct buffer name;
	if (!(w->form.set.kinds & (w->form.set.kinds - 1)))
		return field;
	name.len = 0;
	buffer_add_str(&name, field);
	buffer_add_char(&name, '_');
	buffer_add_str(&name, str(aggregate_name(&w->form.set, kind)));
	return buffer_str(&name);
}

static void write_result(const struct windows *w, const struct window_field *f, int kind,
	const struct aggregate *a, struct sample_writer *to)
{
	static struct buffer result;
	struct aggregate_view view = { &w->form.set, w->form.good_share, f->step, w->form.every };
	uint32_t status;
	result.len = 0;
	if (!aggregate_result(a, kind, &view, &result, &status))
		return;
	struct str name = windows_name(w, f->name, kind);
	sample_add_name(to, name);
	buffer_add_str(to->out, buffer_str(&result));
	sample_add_status(to, name, status);
}

void window_write(const struct window *window, struct sample_writer *to)
{
	const struct windows *w = window->source->of;
	for (size_t i = 0; i < window->field_count; i++)
		for (int kind = 0; kind < AGGREGATE_KINDS; kind++)
			if (w->form.set.kinds & 1u << kind)
				write_result(w, &window->source->fields[i], kind,
					&window->fields[i], to);
	if (window->given > 1)
		sample_add_via_integer(to, STR("revision"), (int64_t)window->given - 1);
}
