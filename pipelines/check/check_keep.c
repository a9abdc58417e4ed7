#include "check_keep.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "pipelines/stage/keeps.h"

struct keep_check {
	struct pipeline *p;
	const struct traits *traits;
	const bool *passes;
	bool *carries; /* per stage, a row: whose samples come out of it */
	bool *counts;  /* per stage: a sample that comes in twice is stored or counted twice */
};

static void check_refused(const struct keep_check *c, const struct stage *stage)
{
	const struct traits *t = &c->traits[stage - c->p->stages];
	const struct stage *served = t->served;
	if (!stage->keep.refused || !served)
		return;
	const struct traits *reader = &c->traits[served - c->p->stages];
	const char *name = stage->name.text;
	int line = stage->keep.line, column = stage->keep.column;
	if (served == stage)
		pipeline_mistake(c->p, line, column,
			"stage %s must have a keep: %s in it has state, and goes on from there "
			"after a kill",
			name, reader->state ? reader->state : reader->commits);
	else
		pipeline_mistake(c->p, line, column,
			"stage %s must have a keep: %s in stage %s, which reads it, %s, and goes "
			"on from there after a kill",
			name, reader->state ? reader->state : reader->commits, served->name.text,
			reader->state ? "has state" : "stores samples once each");
}

static bool *row(const struct keep_check *c, size_t stage)
{
	return c->carries + stage * c->p->stage_count;
}

static void find_carried(const struct keep_check *c, size_t index)
{
	const struct stage *stage = &c->p->stages[index];
	row(c, index)[index] = true;
	for (size_t i = 0; i < stage->from_count && c->passes[index]; i++)
		for (size_t k = 0; k < c->p->stage_count; k++)
			row(c, index)[k] |= row(c, stage->from[i].stage)[k];
}

/* Readers first: what a stage passes on counts where one of them does. */
static void find_counting(const struct keep_check *c, size_t index)
{
	const struct traits *t = &c->traits[index];
	const struct stage *stage = &c->p->stages[index];
	c->counts[index] |= t->state || t->commits || t->keeps;
	for (size_t i = 0; i < stage->from_count && c->counts[index]; i++)
		if (c->passes[stage->from[i].stage])
			c->counts[stage->from[i].stage] = true;
}

/* The nearest stage whose samples come out of both; SIZE_MAX: none. */
static size_t common(const struct keep_check *c, size_t a, size_t b)
{
	for (size_t i = c->p->stage_count; i-- > 0;) {
		size_t stage = c->p->order[i];
		if (row(c, a)[stage] && row(c, b)[stage])
			return stage;
	}
	return SIZE_MAX;
}

/* Two stages that both pass samples on may each let others through; one that reads a stage itself
 * gets all. */
static void tell_twice(
	const struct keep_check *c, const struct source *a, const struct source *b, size_t origin)
{
	const char *name = c->p->stages[origin].name.text;
	const struct source *way = origin == a->stage ? b : a;
	if (origin == a->stage || origin == b->stage)
		pipeline_mistake(c->p, b->name.line, b->name.column,
			"samples of %s come here twice, straight and by way of %s: of each only "
			"the one that comes first is taken",
			name, way->name.text);
	else
		pipeline_note(c->p, b->name.line, b->name.column,
			"samples of %s may come here twice, by way of %s and of %s: of each only "
			"the one that comes first would be taken",
			name, a->name.text, b->name.text);
}

static void check_ways(const struct keep_check *c, size_t index)
{
	const struct stage *stage = &c->p->stages[index];
	for (size_t b = 1; b < stage->from_count && c->counts[index]; b++)
		for (size_t a = 0; a < b; a++) {
			size_t origin = common(c, stage->from[a].stage, stage->from[b].stage);
			if (origin == SIZE_MAX)
				continue;
			tell_twice(c, &stage->from[a], &stage->from[b], origin);
			break;
		}
}

static void check_all_ways(struct keep_check *c)
{
	const struct pipeline *p = c->p;
	c->carries = allocate(p->stage_count * p->stage_count + 1, sizeof(*c->carries));
	c->counts = allocate(p->stage_count + 1, sizeof(*c->counts));
	for (size_t i = 0; i < p->stage_count; i++)
		find_carried(c, p->order[i]);
	for (size_t i = p->stage_count; i-- > 0;)
		find_counting(c, p->order[i]);
	for (size_t i = 0; i < p->stage_count; i++)
		check_ways(c, i);
	free(c->carries);
	free(c->counts);
}

static void note_stranger(const struct stage *stage, const char *message, void *context)
{
	pipeline_note(context, stage->name.line, stage->name.column, "%s", message);
}

void check_keeps(struct pipeline *p, const bool *passes)
{
	bool whole = mistake_count(&p->mistakes) == 0;
	struct traits *traits = traits_read(p);
	struct keep_check c = { .p = p, .traits = traits, .passes = passes };
	for (size_t i = 0; i < p->stage_count; i++)
		check_refused(&c, &p->stages[i]);
	if (whole)
		check_all_ways(&c);
	if (p->name.text)
		keeps_tell_strangers(p, traits, note_stranger, p);
	traits_free(traits);
}
