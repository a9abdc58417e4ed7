#include <stdlib.h>
#include <string.h>

#include "rerun.h"
#include "statedir.h"
#include "text.h"

/* The stage that the first len bytes of a word name; NULL with a message. */
static const struct stage *named(const struct pipeline *p, const char *option, const char *word,
	size_t len, char **ret_error)
{
	char *name = text_print("%.*s", (int)len, word);
	const struct stage *stage = pipeline_stage(p, name);
	const char *meant = stage ? NULL : pipeline_suggest_stage(p, name);
	if (!stage)
		text_refuse(ret_error, "--%s: there is no stage \"%s\"%s%s%s", option, name,
			meant ? " (did you mean \"" : "", meant ? meant : "", meant ? "\"?)" : "");
	free(name);
	return stage;
}

static int add_recording(
	const struct rerun *r, struct rerun_stage *plan, const char *word, char **ret_error)
{
	const char *equals = strchr(word, '=');
	if (!equals || !equals[1])
		return text_refuse(ret_error,
			"--replay: %s is not STAGE=KEEP, a stage and the recording that stands in "
			"for it",
			word);
	const struct stage *stage = named(r->p, "replay", word, (size_t)(equals - word), ret_error);
	if (!stage)
		return -1;
	struct rerun_stage *s = &plan[stage - r->p->stages];
	if (s->keep)
		return text_refuse(
			ret_error, "--replay: stage %s is given twice", stage->name.text);
	s->part = RERUN_REPLAYED;
	s->keep = statedir_find(equals + 1);
	if (!s->keep)
		return text_refuse(ret_error,
			"--replay: %s: there is no such folder or file, and no keep of that name",
			equals + 1);
	return 0;
}

static int add_live(
	const struct rerun *r, struct rerun_stage *plan, const char *word, char **ret_error)
{
	const struct stage *stage = named(r->p, "live", word, strlen(word), ret_error);
	if (stage)
		plan[stage - r->p->stages].live = true;
	return stage ? 0 : -1;
}

static bool reads(const struct stage *reader, size_t writer)
{
	for (size_t i = 0; i < reader->from_count; i++)
		if (reader->from[i].stage == writer)
			return true;
	for (size_t i = 0; i < reader->tap_count; i++)
		if (reader->taps[i].stage == writer)
			return true;
	return false;
}

static bool is_unread(const struct rerun *r, const struct rerun_stage *plan, size_t index)
{
	bool read = false;
	for (size_t i = 0; i < r->p->stage_count; i++) {
		if (!reads(&r->p->stages[i], index))
			continue;
		if (plan[i].part == RERUN_EVALUATED || plan[i].part == RERUN_DRY)
			return false;
		read = true;
	}
	return read;
}

/* Readers have their parts before those that they read. */
static int give_part(
	const struct rerun *r, struct rerun_stage *plan, size_t index, char **ret_error)
{
	const struct stage *stage = &r->p->stages[index];
	struct rerun_stage *s = &plan[index];
	if (s->part == RERUN_REPLAYED)
		return 0;
	if (stage->due.zone)
		s->part = RERUN_TIMED;
	else if (is_unread(r, plan, index))
		s->part = RERUN_UNREAD;
	else if (r->traits[index].acts && !s->live)
		s->part = RERUN_DRY;
	else if (r->traits[index].source)
		return text_refuse(ret_error,
			"%s:%d:%d: stage %s begins with a source, %s: name what was recorded of it "
			"(--replay %s=KEEP)",
			r->p->path, stage->name.line, stage->name.column, stage->name.text,
			stage->substages[0].argv[0], stage->name.text);
	return 0;
}

struct rerun_stage *rerun_plan(const struct rerun *r, char **ret_error)
{
	struct rerun_stage *plan = calloc(r->p->stage_count, sizeof(*plan));
	int wrong = 0;
	if (!plan)
		abort();
	for (size_t i = 0; i < r->recordings.count && !wrong; i++)
		wrong = add_recording(r, plan, r->recordings.words[i], ret_error);
	for (size_t i = 0; i < r->live.count && !wrong; i++)
		wrong = add_live(r, plan, r->live.words[i], ret_error);
	for (size_t i = r->p->stage_count; i-- > 0 && !wrong;)
		wrong = give_part(r, plan, r->p->order[i], ret_error);
	if (!wrong)
		return plan;
	rerun_plan_free(r, plan);
	return NULL;
}

void rerun_plan_free(const struct rerun *r, struct rerun_stage *plan)
{
	for (size_t i = 0; i < r->p->stage_count; i++)
		free(plan[i].keep);
	free(plan);
}
