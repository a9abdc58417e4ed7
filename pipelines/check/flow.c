#include "flow.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "opt.h"
#include "pipelines/describe/describe.h"

static void add(struct flow *f, const char *name, const char *unit)
{
	struct flow_field new = { strdup(name), strdup(unit) };
	f->fields = reallocarray(f->fields, f->count + 1, sizeof(*f->fields));
	if (!f->fields || !new.name || !new.unit)
		abort();
	f->fields[f->count++] = new;
}

static void clear(struct flow *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->fields[i].name);
		free(f->fields[i].unit);
	}
	f->count = 0;
}

const struct flow_field *flow_find(const struct flow *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->fields[i].name, name) == 0)
			return &f->fields[i];
	return NULL;
}

const char *flow_suggest(const struct flow *f, const char *name)
{
	const char **names = allocate(f->count + 1, sizeof(*names));
	for (size_t i = 0; i < f->count; i++)
		names[i] = f->fields[i].name;
	const char *meant = opt_suggest(name, names, f->count);
	free(names);
	return meant;
}

void flow_merge(struct flow *f, const struct flow *other)
{
	for (size_t i = 0; i < other->count; i++)
		if (!flow_find(f, other->fields[i].name))
			add(f, other->fields[i].name, other->fields[i].unit);
	f->open |= other->open;
	f->muted |= other->muted;
}

static void make(struct flow *f, const char *name, const char *unit)
{
	struct flow_field *there = (struct flow_field *)flow_find(f, name);
	if (!there) {
		add(f, name, unit);
		return;
	}
	free(there->unit);
	there->unit = or_abort(strdup(unit));
}

/* Only the fields named go on: those there are, and, of an open flow, those there may be. */
static void keep_only(struct flow *f, const json_t *names)
{
	struct flow kept = { 0 };
	size_t i;
	json_t *name;
	json_array_foreach(names, i, name)
	{
		const char *text = json_string_value(name);
		const struct flow_field *there = text ? flow_find(f, text) : NULL;
		if (there)
			add(&kept, there->name, there->unit);
		else if (text && f->open)
			add(&kept, text, "");
	}
	flow_free(f);
	*f = kept;
}

void flow_through(struct flow *f, const json_t *description)
{
	const json_t *passes = json_object_get(description, "passes");
	size_t i;
	json_t *one;
	if (json_is_array(passes))
		keep_only(f, passes);
	else if (strcmp(describe_text(description, "passes"), "none") == 0)
		flow_free(f);
	json_array_foreach(json_object_get(description, "makes"), i, one)
		make(f, describe_text(one, "name"), describe_text(one, "unit"));
	f->open |= json_is_true(json_object_get(description, "open"));
}

void flow_free(struct flow *f)
{
	clear(f);
	free(f->fields);
	*f = (struct flow){ 0 };
}
