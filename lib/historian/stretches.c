#include "historian/stretches.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Between two times of which the second is later: more than a signed one may hold. */
static uint64_t distance(int64_t from, int64_t to)
{
	return (uint64_t)to - (uint64_t)from;
}

/* The first stretch that does not end before the time. */
static uint32_t find(const struct stretches *s, int64_t time)
{
	uint32_t i = s->count;
	while (i && s->at[i - 1].to >= time)
		i--;
	return i;
}

static void take_out(struct stretches *s, uint32_t i)
{
	s->count--;
	memmove(&s->at[i], &s->at[i + 1], (s->count - i) * sizeof(s->at[0]));
}

static void put_in(struct stretches *s, uint32_t i, int64_t time)
{
	memmove(&s->at[i + 1], &s->at[i], (s->count - i) * sizeof(s->at[0]));
	s->at[i] = (struct stretch){ time, time };
	s->count++;
}

static void join_closest(struct stretches *s)
{
	uint32_t best = 0;
	for (uint32_t i = 1; i + 1 < s->count; i++)
		if (distance(s->at[i].to, s->at[i + 1].from) <
			distance(s->at[best].to, s->at[best + 1].from))
			best = i;
	s->at[best].to = s->at[best + 1].to;
	take_out(s, best + 1);
}

/* With all places taken two are joined first, the new one's among them or not. */
static void make(struct stretches *s, int64_t time)
{
	if (s->count == STRETCHES_MAX)
		join_closest(s);
	uint32_t i = find(s, time);
	if (i == s->count || s->at[i].from > time)
		put_in(s, i, time);
}

bool stretches_add(struct stretches *s, int64_t time)
{
	uint32_t i = find(s, time);
	if (i < s->count && s->at[i].from <= time)
		return false;
	if (i && distance(s->at[i - 1].to, time) <= STRETCH_GAP)
		s->at[i - 1].to = time;
	else if (i < s->count && distance(time, s->at[i].from) <= STRETCH_GAP)
		s->at[i].from = time;
	else
		make(s, time);
	return true;
}

void stretches_write(const struct stretches *s, struct buffer *to)
{
	buffer_add_char(to, '{');
	for (uint32_t i = 0; i < s->count; i++)
		buffer_print(
			to, "%s%" PRId64 ",%" PRId64, i ? "," : "", s->at[i].from, s->at[i].to);
	buffer_add_char(to, '}');
}

static bool read_number(const char **at, char before, int64_t *ret)
{
	char *end;
	if (**at != before)
		return false;
	*ret = strtoll(*at + 1, &end, 10);
	bool any = end != *at + 1;
	*at = end;
	return any;
}

bool stretches_read(struct stretches *ret, const char *text)
{
	struct stretches s = { 0 };
	if (strcmp(text, "{}") != 0)
		do {
			struct stretch *at = &s.at[s.count];
			if (s.count++ == STRETCHES_MAX ||
				!read_number(&text, s.count > 1 ? ',' : '{', &at->from) ||
				!read_number(&text, ',', &at->to))
				return false;
		} while (*text == ',');
	if (s.count && strcmp(text, "}") != 0)
		return false;
	*ret = s;
	return true;
}
