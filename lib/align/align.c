#include <errno.h>
#include <stdlib.h>

#include "align_parts.h"
#include "allocate.h"

static struct str last_segment(struct str path)
{
	const char *slash = memrchr(path.data, '/', path.len);
	size_t skip = slash ? (size_t)(slash + 1 - path.data) : 0;
	return (struct str){ path.data + skip, path.len - skip };
}

struct align *align_open(const struct align_form *form)
{
	struct align *a = allocate(1, sizeof(*a));
	a->form = *form;
	a->count = form->sources->count;
	a->answered = a->marked = INT64_MIN;
	a->sources = allocate(a->count + 1, sizeof(*a->sources));
	for (size_t i = 0; i < a->count; i++) {
		struct str path = str(form->sources->words[i]);
		a->sources[i] = (struct align_source){
			.path = path, .segment = last_segment(path), .progress = INT64_MIN
		};
	}
	return a;
}

static struct align_source *find_source(struct align *a, struct str path)
{
	for (size_t i = 0; i < a->count; i++)
		if (str_eq(a->sources[i].path, path))
			return &a->sources[i];
	return NULL;
}

int align_field(struct align_source *s, struct str name, int64_t time)
{
	for (size_t i = 0; i < s->field_count; i++)
		if (str_eq(str(s->fields[i].name), name)) {
			if (time < s->fields[i].since)
				s->fields[i].since = time;
			return (int)i;
		}
	if (s->field_count == ALIGN_FIELDS)
		return -1;
	s->fields = reallocate(s->fields, s->field_count + 1, sizeof(*s->fields));
	struct align_field *f = &s->fields[s->field_count];
	*f = (struct align_field){ .name = or_abort(strndup(name.data, name.len)), .since = time };
	f->before.name = f->after.name = str(f->name);
	return (int)s->field_count++;
}

static void make_room(struct align_source *s)
{
	size_t skipped = (size_t)(s->held - s->room);
	if (skipped + s->held_count < s->room_count)
		return;
	if (skipped <= s->held_count) {
		s->room_count = s->room_count ? s->room_count * 2 : 16;
		s->room = reallocate(s->room, s->room_count, sizeof(*s->room));
	}
	memmove(s->room, s->room + skipped, s->held_count * sizeof(*s->room));
	s->held = s->room;
}

size_t align_count(const struct align_source *s, int64_t time)
{
	size_t low = 0, high = s->held_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->held[middle].time <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool align_hold(struct align_source *s, struct str bytes)
{
	struct held h = { 0 };
	buffer_add_str(&h.bytes, bytes);
	if (sample_decode(&h.sample, h.bytes.data, h.bytes.len) != (int)bytes.len ||
		!sample_is_measurement(&h.sample)) {
		buffer_free(&h.bytes);
		return false;
	}
	h.time = h.sample.time;
	make_room(s);
	size_t i = align_count(s, h.time);
	memmove(s->held + i + 1, s->held + i, (s->held_count - i) * sizeof(*s->held));
	s->held[i] = h;
	s->held_count++;
	return true;
}

static int64_t minus(int64_t a, int64_t b)
{
	int64_t r;
	return __builtin_sub_overflow(a, b, &r) ? INT64_MIN : r;
}

static void let_go(struct align_source *s, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buffer_free(&s->held[i].bytes);
	s->held += count;
	s->held_count -= count;
}

/* The first multiple of every at which any source has something to say, or INT64_MAX. */
static int64_t next_multiple(const struct align *a)
{
	int64_t first = INT64_MAX;
	for (size_t i = 0; i < a->count; i++)
		if (a->sources[i].held_count && a->sources[i].held[0].time < first)
			first = a->sources[i].held[0].time;
	if (first > INT64_MAX - a->form.every)
		return INT64_MAX;
	int64_t next = first + (a->form.every - first % a->form.every) % a->form.every;
	if (a->answered >= next)
		next = a->answered - a->answered % a->form.every + a->form.every;
	return next;
}

static int64_t first_behind(const struct align_source *s, int64_t time)
{
	size_t i = align_count(s, time);
	return i < s->held_count ? s->held[i].time : INT64_MAX;
}

static int64_t next_time(const struct align *a)
{
	return a->form.every ? next_multiple(a)
			     : first_behind(&a->sources[a->form.on], a->answered);
}

static int64_t slowest(const struct align *a)
{
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < a->count; i++)
		if (a->sources[i].progress < least)
			least = a->sources[i].progress;
	return least;
}

static int64_t fastest(const struct align *a)
{
	int64_t most = INT64_MIN;
	for (size_t i = 0; i < a->count; i++)
		if (a->sources[i].progress > most)
			most = a->sources[i].progress;
	return most;
}

static bool is_near(const struct align *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct align_source *s = &a->sources[i];
		size_t n = align_count(s, a->at);
		if (n && a->at - s->held[n - 1].time <= a->form.tolerance)
			return true;
	}
	return false;
}

/* Answers all times up to until, and lets go what none behind them looks at. */
static void answer(struct align *a, int64_t until)
{
	for (int64_t next = next_time(a); next <= until && next < INT64_MAX; next = next_time(a)) {
		a->at = next;
		if (is_near(a))
			a->form.ready(next);
		a->answered = next;
		int64_t oldest = minus(next, a->form.tolerance);
		for (size_t i = 0; i < a->count; i++)
			let_go(&a->sources[i], align_count(&a->sources[i], minus(oldest, 1)));
	}
}

/* Up to here all sources have come: for the next values that a line leads to, beyond the tolerance. */
static int64_t complete(const struct align *a, int64_t progress)
{
	return a->form.interpolate ? minus(progress, a->form.tolerance) : progress;
}

static void advance(struct align *a)
{
	int64_t ahead = minus(fastest(a), a->form.wait), all = slowest(a);
	answer(a, complete(a, ahead > all ? ahead - 1 : all));
}

static void move_on(struct align_source *s, int64_t progress)
{
	if (progress > s->progress)
		s->progress = progress;
}

static bool is_late(const struct align *a, const struct align_source *of, int64_t time)
{
	if (a->answered == INT64_MIN)
		return false;
	return time < minus(a->answered, a->form.tolerance) ||
	       (!a->form.every && of == &a->sources[a->form.on] && time <= a->answered);
}

static void limit(struct align *a, struct align_source *s)
{
	if (s->held_count <= ALIGN_HELD)
		return;
	answer(a, s->held[s->held_count - ALIGN_HELD].time);
	if (s->held_count > ALIGN_HELD)
		let_go(s, s->held_count - ALIGN_HELD);
}

static int take_measurement(struct align *a, struct align_source *of, const struct sample *s)
{
	if (is_late(a, of, s->time))
		return -ESTALE;
	for (uint32_t i = 0; i < s->values.count; i++) {
		struct str name;
		struct wire w;
		sample_value(s, i, &name, &w);
		align_field(of, name, s->time);
	}
	align_hold(of, (struct str){ (const char *)s->data, s->len });
	/* What is older by just late may still come. */
	move_on(of, minus(s->time, a->form.late ? a->form.late + 1 : 0));
	advance(a);
	limit(a, of);
	return 0;
}

static void take_mark(struct align *a, struct align_source *of, int64_t time)
{
	move_on(of, time);
	advance(a);
	int64_t all = complete(a, slowest(a));
	if (all <= a->marked)
		return;
	a->marked = all;
	a->form.come(all);
}

int align_take(struct align *a, const struct sample *s)
{
	struct align_source *of = find_source(a, s->source);
	if (of && sample_is_measurement(s))
		return take_measurement(a, of, s);
	if (of && str_eq(s->kind, STR("mark"))) {
		take_mark(a, of, s->time);
	} else if (of && str_eq(s->kind, STR("schema"))) {
		align_learn(of, s);
		a->form.learnt(s->time);
	} else {
		return -ENOENT;
	}
	return 0;
}

void align_end(struct align *a)
{
	int64_t last = fastest(a);
	for (size_t i = 0; i < a->count; i++) {
		const struct align_source *s = &a->sources[i];
		if (s->held_count && s->held[s->held_count - 1].time > last)
			last = s->held[s->held_count - 1].time;
	}
	answer(a, last);
}
