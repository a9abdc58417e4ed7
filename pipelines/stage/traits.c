#include "traits.h"

#include <stdlib.h>
#include <string.h>

#include "pipelines/describe/describe.h"
#include "pipelines/describe/libexec.h"

/* Descriptions by the filters' names, each asked for once. The table has most of them: to ask takes
 * milliseconds each. */
static json_t *describe_once(json_t *asked, const char *name)
{
	json_t *there = json_object_get(asked, name);
	if (there)
		return there;
	char *path = libexec_path(name);
	json_t *answer = path ? describe_known(path, name) : NULL;
	free(path);
	if (!answer)
		answer = json_null();
	json_object_set_new(asked, name, answer);
	return json_object_get(asked, name);
}

/* Whether the filter has --out LINK: one that keeps its own --out to itself gives nothing on. */
static bool has_links(const json_t *description)
{
	size_t i;
	json_t *option;
	json_array_foreach(json_object_get(description, "options"), i, option)
	{
		if (strcmp(describe_text(option, "name"), "out") == 0 &&
			strcmp(describe_text(option, "arg"), "LINK") == 0)
			return true;
	}
	return false;
}

static bool is(const json_t *description, const char *key)
{
	return json_is_true(json_object_get(description, key));
}

static enum filter_reach reach_of(const json_t *description)
{
	static const char *const names[] = { [REACH_NONE] = "none",
		[REACH_ADDRESS] = "address",
		[REACH_CLIENT] = "client",
		[REACH_LISTENER] = "listener" };
	const char *reach = describe_text(description, "reach");
	for (int i = REACH_LISTENER; i > REACH_NONE; i--)
		if (strcmp(reach, names[i]) == 0)
			return (enum filter_reach)i;
	return REACH_NONE;
}

static void read_last(struct traits *t, const char *name, const json_t *description)
{
	const char *output = describe_text(description, "output");
	t->text = strcmp(output, "text") == 0;
	t->samples = strcmp(output, "samples") == 0 && has_links(description);
	t->commits = is(description, "commits") ? name : NULL;
	t->acts = is(description, "acts") ? name : NULL;
}

static void read_stage(struct traits *t, const struct stage *stage, json_t *asked)
{
	for (size_t i = 0; i < stage->substage_count; i++) {
		const char *name = stage->substages[i].argv[0];
		const json_t *description = describe_once(asked, name);
		if (i == 0)
			t->source = strcmp(describe_text(description, "input"), "none") == 0;
		if (i + 1 == stage->substage_count)
			read_last(t, name, description);
		t->reaches |= 1u << reach_of(description);
		if (!t->state && is(description, "state"))
			t->state = name;
	}
}

/* What goes on after a kill where it was reads a keep, and state is worth nothing without what was
 * made of it. */
static void serve(const struct pipeline *p, struct traits *all, size_t index)
{
	const struct stage *stage = &p->stages[index];
	if (!all[index].state && !all[index].commits)
		return;
	if (all[index].samples)
		all[index].served = stage;
	for (size_t i = 0; i < stage->from_count; i++) {
		size_t writer = stage->from[i].stage;
		if (writer != SIZE_MAX && all[writer].samples && !all[writer].served)
			all[writer].served = stage;
	}
}

struct traits *traits_read(const struct pipeline *p)
{
	struct traits *all = calloc(p->stage_count + 1, sizeof(*all));
	json_t *asked = json_object();
	if (!all || !asked)
		abort();
	for (size_t i = 0; i < p->stage_count; i++)
		read_stage(&all[i], &p->stages[i], asked);
	for (size_t i = 0; i < p->stage_count; i++)
		serve(p, all, i);
	for (size_t i = 0; i < p->stage_count; i++) {
		const struct stage_keep *keep = &p->stages[i].keep;
		all[i].keeps = all[i].samples && !keep->refused && (keep->line || all[i].served);
	}
	json_decref(asked);
	return all;
}

void traits_free(struct traits *t)
{
	free(t);
}
