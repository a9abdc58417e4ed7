#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipelines/stage/outputs.h"
#include "pipelines/stage/wiring.h"
#include "rerun.h"
#include "text.h"

char *rerun_path(const struct rerun *r, const struct stage *stage, const char *ending)
{
	return text_print("%s/%s%s", r->out, stage->name.text, ending);
}

char *rerun_part_path(const struct rerun *r, const struct stage *stage, const char *ending)
{
	return text_print("%s/.%s%s.part", r->out, stage->name.text, ending);
}

/* Of stages that are left out nothing is there to read. */
static void add_input(
	const struct rerun *r, struct wired *first, const struct source *source, size_t *count)
{
	char *path = rerun_path(r, &r->p->stages[source->stage], ".samples");
	if (access(path, F_OK) == 0) {
		wiring_add(first, "--in", text_print("file:%s", path));
		++*count;
	}
	free(path);
}

static void add_inputs(const struct rerun *r, const struct stage *stage, struct wired *first)
{
	size_t count = 0;
	for (size_t i = 0; i < stage->from_count; i++)
		add_input(r, first, &stage->from[i], &count);
	for (size_t i = 0; i < stage->tap_count; i++)
		add_input(r, first, &stage->taps[i], &count);
	if (!count && stage->from_count + stage->tap_count)
		wiring_add(first, "--in", text_print("file:/dev/null"));
	if (count > 1)
		wiring_add(first, "--merge", NULL);
}

/* To a new file: links to files append. */
static char *elsewhere(void *folder, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *turned = text_print("%s/%s", (const char *)folder, slash ? slash + 1 : path);
	mkdir(folder, 0777);
	unlink(turned);
	return turned;
}

struct wired *rerun_wire(const struct rerun *r, const struct rerun_stage *plan,
	const struct stage *stage, char **ret_error)
{
	const struct traits *t = &r->traits[stage - r->p->stages];
	struct wired *wired = wiring_words(r->p, stage, ret_error);
	if (!wired)
		return NULL;
	struct wired *last = &wired[stage->substage_count - 1];
	char *folder = rerun_path(r, stage, "");
	for (size_t i = 0; i < stage->substage_count && !plan[stage - r->p->stages].live; i++)
		outputs_turn(&wired[i], elsewhere, folder);
	free(folder);
	add_inputs(r, stage, &wired[0]);
	last->mute = !t->text;
	if (t->samples) {
		char *path = rerun_part_path(r, stage, ".samples");
		wiring_add(last, "--out", text_print("file:%s", path));
		free(path);
	}
	return wired;
}
