/* Windows that last as long as samples come with no longer breaks than the gap. */
#include "windows_parts.h"

/* The first session that a time is no further from than the gap: so they stay in order. */
static size_t find(const struct source *s, int64_t time)
{
	int64_t gap = s->of->form.gap;
	size_t i = s->window_count, found = s->window_count;
	while (i-- && time <= windows_plus(s->windows[i].last, gap))
		if (time >= s->windows[i].start - gap)
			found = i;
	return found;
}

/* What a late sample has brought together. */
static void merge(struct source *s, size_t place)
{
	struct window *window = &s->windows[place], *next = window + 1;
	if (next->field_count > window->field_count)
		windows_widen(window);
	for (size_t i = 0; i < next->field_count; i++)
		aggregate_append(&window->fields[i], &next->fields[i]);
	window->last = next->last;
	windows_remove(s, place + 1);
}

static void stretch(struct source *s, size_t place, int64_t time)
{
	struct window *window = &s->windows[place];
	if (time < window->start)
		window->start = time;
	if (time > window->last)
		window->last = time;
}

static bool reaches_next(const struct source *s, size_t place)
{
	return place + 1 < s->window_count &&
	       s->windows[place + 1].start - s->windows[place].last <= s->of->form.gap;
}

bool windows_add_to_session(struct source *s, const struct sample *sample)
{
	int64_t end = windows_plus(sample->time, s->of->form.gap + 1);
	size_t place = find(s, sample->time);
	if (place == s->window_count) {
		if (windows_plus(end, s->of->form.revise) <= s->closed_until)
			return false;
		place = windows_get(s, sample->time);
	}
	windows_take(&s->windows[place], sample);
	if (!s->windows[place].closed)
		stretch(s, place, sample->time);
	while (!s->windows[place].closed && reaches_next(s, place))
		merge(s, place);
	if (windows_end_of(&s->windows[place]) <= s->closed_until)
		windows_revise(s, place);
	return true;
}
