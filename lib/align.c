#include <errno.h>
#include <stdlib.h>

#include "align_parts.h"

static void *or_abort(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static struct str last_segment(struct str path)
{
	const char *slash = memrchr(path.data, '/', path.len);
	size_t skip = slash ? (size_t)(slash + 1 - path.data) : 0;
	return (struct str){ path.data + skip, path.len - skip };
}

struct align *align_open(const struct align_form *form)
{
	struct align *a = or_abort(calloc(1, sizeof(*a)));
	a->form = *form;
	a->count = form->sources->count;
	a->answered = a->marked = INT64_MIN;
	a->sources = or_abort(calloc(a->count + 1, sizeof(*a->sources)));
	for (size_t i = 0; i < a->count; i++) {
		struct str path = str(form->sources->words[i]);
		a->sources[i] = (struct align_source){
			.path = path, .segment = last_segment(path), .progress = INT64_MIN
		};
	}
	return a;
}

static void free_source(struct align_source *s)
{
	for (size_t i = 0; i < s->held_count; i++)
		buffer_free(&s->held[i].bytes);
	for (size_t i = 0; i < s->field_count; i++) {
		free(s->fields[i].name);
		buffer_free(&s->fields[i].schema);
	}
	free(s->held);
	free(s->fields);
}

void align_close(struct align *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++)
		free_source(&a->sources[i]);
	free(a->sources);
	free(a);
}

int align_source(const struct align *a, struct str source)
{
	for (size_t i = 0; i < a->count; i++)
		if (str_eq(a->sources[i].path, source))
			return (int)i;
	return -1;
}

int align_field(struct align_source *s, struct str name)
{
	for (size_t i = 0; i < s->field_count; i++)
		if (str_eq(str(s->fields[i].name), name))
			return (int)i;
	if (s->field_count == ALIGN_FIELDS)
		return -1;
	s->fields = or_abort(reallocarray(s->fields, s->field_count + 1, sizeof(*s->fields)));
	struct align_field *f = &s->fields[s->field_count];
	*f = (struct align_field){ .name = or_abort(strndup(name.data, name.len)) };
	f->before.name = f->after.name = str(f->name);
	return (int)s->field_count++;
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
	size_t i = s->held_count;
	while (i && s->held[i - 1].time > h.time)
		i--;
	s->held = or_abort(reallocarray(s->held, s->held_count + 1, sizeof(*s->held)));
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

/* Lets go what no time behind the one answered looks at: what is older than the tolerance. */
static void let_go(struct align *a, struct align_source *s)
{
	size_t n = 0;
	int64_t oldest = minus(a->answered, a->form.tolerance);
	while (n < s->held_count && s->held[n].time < oldest)
		buffer_free(&s->held[n++].bytes);
	s->held_count -= n;
	memmove(s->held, s->held + n, s->held_count * sizeof(*s->held));
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
	for (size_t i = 0; i < s->held_count; i++)
		if (s->held[i].time > time)
			return s->held[i].time;
	return INT64_MAX;
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
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < a->sources[i].held_count; j++)
			if (a->sources[i].held[j].time <= a->at &&
				minus(a->at, a->sources[i].held[j].time) <= a->form.tolerance)
				return true;
	return false;
}

/* Answers all times up to until. */
static void answer(struct align *a, int64_t until)
{
	for (int64_t next = next_time(a); next <= until && next < INT64_MAX; next = next_time(a)) {
		a->at = next;
		if (is_near(a))
			a->form.ready(next);
		a->answered = next;
		for (size_t i = 0; i < a->count; i++)
			let_go(a, &a->sources[i]);
	}
}

static void advance(struct align *a)
{
	int64_t ahead = minus(fastest(a), a->form.late), all = slowest(a);
	answer(a, ahead > all ? ahead - 1 : all);
}

int align_add(struct align *a, size_t source, const struct sample *s)
{
	struct align_source *of = &a->sources[source];
	if (a->answered != INT64_MIN && s->time < minus(a->answered, a->form.tolerance))
		return -ESTALE;
	for (uint32_t i = 0; i < s->values.count; i++) {
		struct str name;
		struct wire w;
		sample_value(s, i, &name, &w);
		align_field(of, name);
	}
	align_hold(of, (struct str){ (const char *)s->data, s->len });
	if (s->time > of->progress)
		of->progress = s->time;
	advance(a);
	if (of->held_count > ALIGN_HELD)
		answer(a, of->held[of->held_count - ALIGN_HELD].time);
	return 0;
}

bool align_mark(struct align *a, size_t source, int64_t time, int64_t *ret)
{
	if (time > a->sources[source].progress)
		a->sources[source].progress = time;
	advance(a);
	int64_t all = slowest(a);
	if (all <= a->marked)
		return false;
	*ret = a->marked = all;
	return true;
}

void align_end(struct align *a)
{
	answer(a, fastest(a));
}
