#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "blame.h"
#include "check_fields.h"
#include "check_keep.h"
#include "filter.h"
#include "flow.h"
#include "pipelines/capture.h"
#include "pipelines/commands.h"
#include "pipelines/describe/describe.h"
#include "pipelines/describe/libexec.h"
#include "pipelines/describe/values.h"
#include "statedir.h"

/* A stage as far as it is checked. */
struct checked {
	struct flow flow; /* what it gives */
	char output[8];	  /* "samples", "text", "none"; "" where it is not known */
	const char *last_filter;
	bool known;  /* checked already; in a circle, one stage is not when its reader is */
	bool passes; /* what comes in goes on with the identity that it has, as far as is known */
};

/* A check on its way through a stage. */
struct check {
	struct pipeline *p;
	struct checked *stages;
	struct stage *stage;
	struct substage *sub;
	bool first;
	struct checked now; /* what comes into the sub-stage at hand */
};

static void mistake_at(struct check *c, struct place at, const char *text)
{
	pipeline_mistake(c->p, at.line, at.column, "%s", text);
}

static void unknown_filter(struct check *c)
{
	size_t count;
	const struct word *w = &c->sub->words[0];
	const char *const *names = libexec_filters(&count);
	const char *meant = opt_suggest(w->text, names, count);
	if (!strchr(w->text, '/') && strcmp(w->text, "duto") != 0)
		pipeline_mistake(c->p, w->line, w->column, "there is no filter \"%s\"%s%s%s",
			w->text, meant ? " (did you mean \"" : "", meant ? meant : "",
			meant ? "\"?)" : "");
}

/* "duto-scale: error: m.yaml: ..." without what names the program; NULL for lines that are no
 * errors. */
static char *complaint(char *line)
{
	char *error = strstr(line, "error: ");
	if (strstr(line, ": warning: ") || strstr(line, ": notice: "))
		return NULL;
	return error ? error + strlen("error: ") : line;
}

static size_t take_complaints(struct check *c, struct captured *result)
{
	char *rest, *text;
	size_t count = 0;
	buffer_add_char(&result->errors, 0);
	for (char *line = strtok_r((char *)result->errors.data, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		text = complaint(line);
		if (!text)
			continue;
		mistake_at(c, blame(c->sub, text), text);
		count++;
	}
	return count;
}

/* The words of the sub-stage with --check and --describe in front, where no option takes them for
 * its value. */
static char **asking(const struct substage *s)
{
	char **argv = allocate(s->count + 3, sizeof(*argv));
	argv[0] = s->argv[0];
	argv[1] = "--check";
	argv[2] = "--describe";
	memcpy(argv + 3, s->argv + 1, (s->count - 1) * sizeof(*argv));
	return argv;
}

/* Has the filter check what its options name. Its description for them; NULL where it found a
 * mistake. */
static json_t *check_options(struct check *c, const char *path)
{
	struct captured result = { 0 };
	json_t *description = NULL;
	const struct word *w = &c->sub->words[0];
	char **argv = asking(c->sub);
	int r = capture_run(path, argv, c->p->dir, (struct str){ 0 }, &result);
	free(argv);
	if (r < 0) {
		pipeline_mistake(
			c->p, w->line, w->column, "%s could not be run: %s", path, strerror(-r));
		return NULL;
	}
	if (result.status == EXIT_OK)
		description = describe_parse(buffer_str(&result.output));
	if (!description && take_complaints(c, &result) == 0)
		pipeline_mistake(c->p, w->line, w->column,
			"%s does not answer to --check --describe with JSON (status %d)", w->text,
			result.status);
	capture_free(&result);
	return description;
}

static const struct word *first_source(const struct stage *stage)
{
	return stage->from_count  ? &stage->from[0].name
	       : stage->tap_count ? &stage->taps[0].name
				  : NULL;
}

static void check_source(struct check *c)
{
	const struct word *w = &c->sub->words[0], *from = first_source(c->stage);
	if (!c->first)
		pipeline_mistake(c->p, w->line, w->column,
			"%s is a source: it can only begin a stage", w->text);
	else if (from)
		pipeline_mistake(c->p, from->line, from->column,
			"stage %s begins with the source %s, which reads no other stage",
			c->stage->name.text, w->text);
}

static void check_reader(struct check *c, const char *input)
{
	const struct word *w = &c->sub->words[0], *from = first_source(c->stage);
	const char *before = c->now.output;
	bool bytes = strcmp(input, "bytes") == 0;
	if (c->first && !from && !bytes)
		pipeline_mistake(c->p, w->line, w->column,
			"%s reads samples, but nothing comes in: name a stage under `from` or "
			"`taps`",
			w->text);
	else if (!c->first && strcmp(before, "none") == 0)
		pipeline_mistake(c->p, w->line, w->column,
			"nothing comes in here: %s gives nothing on", c->now.last_filter);
	else if (bytes && strcmp(before, "samples") == 0)
		pipeline_mistake(c->p, w->line, w->column,
			"%s reads text, but samples come in here", w->text);
	else if (!bytes && strcmp(before, "text") == 0)
		pipeline_mistake(c->p, w->line, w->column,
			"%s reads samples, but %s before it writes text", w->text,
			c->now.last_filter);
}

static void check_input(struct check *c, const json_t *description)
{
	const char *input = describe_text(description, "input");
	if (strcmp(input, "none") == 0)
		check_source(c);
	else
		check_reader(c, input);
}

static void set_output(struct check *c, const char *output)
{
	snprintf(c->now.output, sizeof(c->now.output), "%s", output);
	c->now.last_filter = c->sub->words[0].text;
}

/* What a filter that cannot be asked might do: anything. */
static void lose_track(struct check *c)
{
	c->now.flow.open = c->now.flow.muted = true;
	c->now.passes = false;
}

struct absence {
	const struct check *c;
	const struct word *found;
};

static void look_for_keep(const json_t *option, char **word, const char *value, void *context)
{
	struct absence *a = context;
	const struct pipeline *p = a->c->p;
	size_t len = p->name.text ? strlen(p->name.text) : 0;
	bool own = len && strncmp(value, p->name.text, len) == 0 && value[len] == '/';
	if (a->found || strcmp(describe_text(option, "type"), "keep") != 0 ||
		!pipeline_stage(p, value + (own ? len + 1 : 0)))
		return;
	char *there = statedir_find(value);
	if (!there)
		a->found = &a->c->sub->words[word - a->c->sub->argv];
	free(there);
}

/* A stage of this pipeline that is named as a keep (STAGE or PIPELINE/STAGE) which is not there yet:
 * the pipeline will make it. */
static const struct word *absent_keep(const struct check *c, const char *path)
{
	struct absence a = { .c = c };
	json_t *description = describe_known(path, c->sub->argv[0]);
	values_each(description, c->sub->argv, look_for_keep, &a);
	json_decref(description);
	return a.found;
}

/* What a sub-stage says of itself with its options; NULL: that is not known. */
static json_t *ask(struct check *c, const char *path)
{
	const struct word *absent = c->stage->due.zone ? absent_keep(c, path) : NULL;
	if (!absent)
		return check_options(c, path);
	pipeline_note(c->p, absent->line, absent->column,
		"the keep of %s is not there yet: what reads it is not checked here", absent->text);
	return NULL;
}

static void check_substage(struct check *c)
{
	const struct substage *s = c->sub;
	char *path = libexec_path(s->words[0].text);
	if (!path) {
		unknown_filter(c);
		lose_track(c);
		set_output(c, "");
		return;
	}
	json_t *description = ask(c, path);
	bool clean = description;
	if (!clean)
		description = describe(path, s->argv[0]);
	if (description)
		check_input(c, description);
	if (clean) {
		check_fields(c->p, s, &c->now.flow, description);
		flow_through(&c->now.flow, description);
		if (strcmp(describe_text(description, "passes"), "none") == 0)
			c->now.passes = false;
	} else {
		lose_track(c);
	}
	set_output(c, describe_text(description, "output"));
	json_decref(description);
	free(path);
}

static void take_source(struct check *c, const struct source *source)
{
	if (source->stage == SIZE_MAX || !c->stages[source->stage].known) {
		lose_track(c);
		return;
	}
	const struct checked *from = &c->stages[source->stage];
	flow_merge(&c->now.flow, &from->flow);
	if (strcmp(from->output, "text") == 0 || strcmp(from->output, "none") == 0)
		pipeline_mistake(c->p, source->name.line, source->name.column,
			"stage %s cannot be read: %s gives no samples on", source->name.text,
			from->last_filter);
}

static void need_samples(struct check *c, int line, int column, const char *what_for)
{
	if (strcmp(c->now.output, "samples") != 0 && *c->now.output)
		pipeline_mistake(c->p, line, column, "nothing to %s: %s gives no samples on",
			what_for, c->now.last_filter);
}

static void check_stage(struct check *c, struct stage *stage)
{
	c->stage = stage;
	c->now = (struct checked){ .known = true, .passes = true };
	for (size_t i = 0; i < stage->from_count; i++)
		take_source(c, &stage->from[i]);
	for (size_t i = 0; i < stage->tap_count; i++)
		take_source(c, &stage->taps[i]);
	if (first_source(stage))
		strcpy(c->now.output, "samples");
	if (stage->substage_count == 0)
		lose_track(c);
	for (size_t i = 0; i < stage->substage_count; i++) {
		c->sub = &stage->substages[i];
		c->first = i == 0;
		check_substage(c);
	}
	if (stage->listen.text)
		need_samples(c, stage->listen.line, stage->listen.column, "listen for");
	if (stage->keep.line && !stage->keep.refused)
		need_samples(c, stage->keep.line, stage->keep.column, "keep");
	c->stages[stage - c->p->stages] = c->now;
}

static void check_all_keeps(struct check *c)
{
	bool *passes = allocate(c->p->stage_count + 1, sizeof(*passes));
	for (size_t i = 0; i < c->p->stage_count; i++)
		passes[i] = c->stages[i].passes;
	check_keeps(c->p, passes);
	free(passes);
}

size_t check_pipeline(struct pipeline *p)
{
	struct check c = { .p = p, .stages = calloc(p->stage_count + 1, sizeof(*c.stages)) };
	if (!c.stages)
		abort();
	if (p->name.text)
		setenv("DUTO_PIPELINE", p->name.text, 1);
	for (size_t i = 0; i < p->stage_count; i++)
		check_stage(&c, &p->stages[p->order[i]]);
	check_all_keeps(&c);
	for (size_t i = 0; i < p->stage_count; i++)
		flow_free(&c.stages[i].flow);
	free(c.stages);
	mistake_sort(&p->mistakes, p->path);
	return mistake_count(&p->mistakes);
}

static int check_file(const char *path)
{
	struct pipeline *p = pipeline_open(path);
	size_t mistakes = check_pipeline(p);
	mistake_print(&p->mistakes, stderr);
	if (mistakes == 0)
		printf("%s: %zu stage%s, no mistake found\n", path, p->stage_count,
			p->stage_count == 1 ? "" : "s");
	pipeline_close(p);
	return mistakes ? EXIT_CONFIG : EXIT_OK;
}

int command_check(int argc, char **argv)
{
	int status = EXIT_OK;
	if (argc < 2) {
		fprintf(stderr,
			"duto: error: check needs a pipeline file (duto check mill.yaml)\n");
		return EXIT_CONFIG;
	}
	for (int i = 1; i < argc; i++)
		if (check_file(argv[i]) != EXIT_OK)
			status = EXIT_CONFIG;
	return status;
}
