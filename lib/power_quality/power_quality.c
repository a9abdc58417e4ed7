#include "power_quality/power_quality.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "power_quality/supply.h"
#include "series.h"

static void leave(void *state)
{
	struct supply *s = state;
	supply_end(s);
	supply_free(s);
}

struct power_quality *power_quality_open(const struct power_quality_form *form)
{
	struct power_quality *q = allocate(1, sizeof(*q));
	q->form = *form;
	q->supplies = series_open(sizeof(struct supply), form->sources, leave);
	return q;
}

void power_quality_close(struct power_quality *q)
{
	if (!q)
		return;
	q->form.slot = NULL;
	q->form.disturbance = NULL;
	q->form.assessment = NULL;
	series_close(q->supplies);
	free(q);
}

static void begin(struct supply *s, struct power_quality *q, struct str name)
{
	char *copy = allocate(1, name.len + 1);
	memcpy(copy, name.data, name.len);
	s->of = q;
	s->name = (struct str){ copy, name.len };
}

static struct supply *get(struct power_quality *q, struct str name)
{
	bool is_new;
	struct supply *s = series_get(q->supplies, name, &is_new);
	if (is_new)
		begin(s, q, name);
	return s;
}

int power_quality_add(struct power_quality *q, const struct sample *sample)
{
	struct reading r;
	if (!reading_take(&r, sample))
		return 0;
	struct supply *s = get(q, sample->source);
	if (r.time < s->reached || r.time > ARCHIVE_TIME_MAX) {
		reading_free(&r);
		return r.time < s->reached ? -ESTALE : -ERANGE;
	}
	if (r.time > s->newest)
		s->newest = r.time;
	reading_queue_add(&s->queue, &r);
	supply_advance(s, s->newest - q->form.late);
	return 0;
}

int64_t power_quality_mark(struct power_quality *q, struct str source, int64_t time)
{
	return supply_mark(get(q, source), time < ARCHIVE_TIME_MAX ? time : ARCHIVE_TIME_MAX);
}

static void end_one(struct str name, void *state)
{
	(void)name;
	supply_end(state);
}

void power_quality_end(struct power_quality *q)
{
	series_each(q->supplies, end_one);
}

static void save_one(const void *state, struct buffer *to)
{
	static struct buffer one;
	struct archive a = { .to = &one, .ok = true };
	one.len = 0;
	supply_archive((struct supply *)state, &a);
	wire_bin(to, buffer_str(&one));
}

void power_quality_save(struct power_quality *q, struct buffer *to)
{
	series_save(q->supplies, to, save_one);
}

static bool load_one(void *context, struct str key, void *state, struct cursor *from)
{
	struct supply *s = state;
	struct str bytes;
	begin(s, context, key);
	if (wire_next_bin(from, &bytes) != 1)
		return false;
	struct cursor inner = wire_cursor(bytes);
	struct archive a = { .from = &inner, .ok = true };
	supply_archive(s, &a);
	return a.ok && inner.at == inner.end;
}

bool power_quality_load(struct power_quality *q, struct cursor *from)
{
	return series_load(q->supplies, from, load_one, q);
}
