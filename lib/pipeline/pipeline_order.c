#include "allocate.h"
#include "pipeline_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "opt.h"

struct stage *pipeline_stage(const struct pipeline *p, const char *name)
{
	for (size_t i = 0; i < p->stage_count; i++)
		if (strcmp(p->stages[i].name.text, name) == 0)
			return &p->stages[i];
	return NULL;
}

const char *pipeline_suggest_stage(const struct pipeline *p, const char *name)
{
	const char **names = allocate(p->stage_count + 1, sizeof(*names));
	for (size_t i = 0; i < p->stage_count; i++)
		names[i] = p->stages[i].name.text;
	const char *meant = opt_suggest(name, names, p->stage_count);
	free(names);
	return meant;
}

static void resolve(struct pipeline *p, const struct stage *reader, struct source *source)
{
	const struct word *name = &source->name;
	const struct stage *stage = pipeline_stage(p, name->text);
	if (stage == reader) {
		pipeline_mistake(p, name->line, name->column, "stage %s reads itself", name->text);
	} else if (stage && stage->due.zone) {
		pipeline_mistake(p, name->line, name->column,
			"stage %s is scheduled: it cannot be read all the time (replay its keep)",
			name->text);
	} else if (stage) {
		source->stage = (size_t)(stage - p->stages);
	} else {
		const char *meant = pipeline_suggest_stage(p, name->text);
		pipeline_mistake(p, name->line, name->column, "there is no stage \"%s\"%s%s%s",
			name->text, meant ? " (did you mean \"" : "", meant ? meant : "",
			meant ? "\"?)" : "");
	}
}

static void resolve_stage(struct pipeline *p, struct stage *stage)
{
	for (size_t i = 0; i < stage->from_count; i++)
		resolve(p, stage, &stage->from[i]);
	for (size_t i = 0; i < stage->tap_count; i++) {
		resolve(p, stage, &stage->taps[i]);
		for (size_t k = 0; k < stage->from_count; k++)
			if (strcmp(stage->from[k].name.text, stage->taps[i].name.text) == 0)
				pipeline_mistake(p, stage->taps[i].name.line,
					stage->taps[i].name.column,
					"%s is named under from already", stage->taps[i].name.text);
	}
}

static const struct source *nth_source(const struct stage *stage, size_t i)
{
	return i < stage->from_count ? &stage->from[i] : &stage->taps[i - stage->from_count];
}

/* A walk up from readers to what they read. */
struct walk {
	struct pipeline *p;
	char *seen;    /* per stage: 0 not yet, 1 on the way, 2 done */
	size_t *trail; /* the stages on the way */
	size_t depth, ordered;
};

static void tell_cycle(const struct walk *w, const struct source *closing)
{
	struct buffer path = { 0 };
	size_t from = 0;
	while (w->trail[from] != closing->stage)
		from++;
	buffer_add_str(&path, str(closing->name.text));
	for (size_t i = w->depth; i > from; i--) {
		buffer_add_str(&path, STR(" -> "));
		buffer_add_str(&path, str(w->p->stages[w->trail[i - 1]].name.text));
	}
	pipeline_mistake(w->p, closing->name.line, closing->name.column,
		"the stages read in a circle: %.*s", STR_ARG(buffer_str(&path)));
	buffer_free(&path);
}

static void visit(struct walk *w, size_t index)
{
	const struct stage *stage = &w->p->stages[index];
	w->seen[index] = 1;
	w->trail[w->depth++] = index;
	for (size_t i = 0; i < stage->from_count + stage->tap_count; i++) {
		const struct source *source = nth_source(stage, i);
		if (source->stage == SIZE_MAX || w->seen[source->stage] == 2)
			continue;
		if (w->seen[source->stage] == 1)
			tell_cycle(w, source);
		else
			visit(w, source->stage);
	}
	w->depth--;
	w->seen[index] = 2;
	w->p->order[w->ordered++] = index;
}

static void order_stages(struct pipeline *p)
{
	struct walk w = { .p = p,
		.seen = calloc(p->stage_count + 1, 1),
		.trail = calloc(p->stage_count + 1, sizeof(*w.trail)) };
	p->order = calloc(p->stage_count + 1, sizeof(*p->order));
	if (!w.seen || !w.trail || !p->order)
		abort();
	for (size_t i = 0; i < p->stage_count; i++)
		if (!w.seen[i])
			visit(&w, i);
	free(w.seen);
	free(w.trail);
}

void pipeline_resolve(struct pipeline *p)
{
	for (size_t i = 0; i < p->stage_count; i++)
		resolve_stage(p, &p->stages[i]);
	order_stages(p);
}
