#include "check_fields.h"

#include <string.h>

#include "blame.h"
#include "pipelines/describe/describe.h"

/* A filter that needs fields, and what comes in. */
struct needs {
	struct pipeline *p;
	const struct substage *sub;
	const struct flow *flow;
};

static void check_unit(const struct needs *n, const struct flow_field *field, const char *unit)
{
	if (!*unit || !*field->unit || strcmp(unit, field->unit) == 0)
		return;
	struct place at = blame_field(n->sub, field->name);
	pipeline_mistake(n->p, at.line, at.column, "%s comes in %s, but %s needs it in %s",
		field->name, field->unit, n->sub->words[0].text, unit);
}

static void missing_field(const struct needs *n, const char *name)
{
	struct place at = blame_field(n->sub, name);
	const char *meant = flow_suggest(n->flow, name);
	if (n->flow->muted)
		return;
	if (n->flow->open)
		pipeline_note(n->p, at.line, at.column,
			"%s needs the field %s; whether it comes in is not known here",
			n->sub->words[0].text, name);
	else
		pipeline_mistake(n->p, at.line, at.column,
			"%s needs the field %s, which nothing before it makes%s%s%s",
			n->sub->words[0].text, name, meant ? " (did you mean " : "",
			meant ? meant : "", meant ? "?)" : "");
}

static void check_need(const struct needs *n, const char *name, const char *unit)
{
	const struct flow_field *field = name ? flow_find(n->flow, name) : NULL;
	if (!name)
		return;
	if (field)
		check_unit(n, field, unit);
	else
		missing_field(n, name);
}

void check_fields(struct pipeline *p, const struct substage *sub, const struct flow *flow,
	const json_t *description)
{
	const struct needs n = { p, sub, flow };
	const json_t *passes = json_object_get(description, "passes");
	size_t i;
	json_t *need;
	json_array_foreach(json_object_get(description, "needs"), i, need)
	{
		check_need(&n, describe_text(need, "name"), describe_text(need, "unit"));
	}
	json_array_foreach(passes, i, need)
	{
		check_need(&n, json_string_value(need), "");
	}
}
