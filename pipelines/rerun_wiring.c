#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "describe.h"
#include "rerun.h"
#include "text.h"
#include "wiring.h"

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

/* Whether the option names a file that the filter writes. */
static bool is_output(const json_t *description, const char *name, size_t len, const char *value)
{
	size_t i;
	json_t *option;
	json_array_foreach(json_object_get(description, "options"), i, option)
	{
		const char *there = describe_text(option, "name");
		if (strlen(there) != len || strncmp(there, name, len) != 0)
			continue;
		return strcmp(describe_text(option, "type"), "output") == 0 ||
		       (strcmp(there, "out") == 0 && strncmp(value, "file:", 5) == 0);
	}
	return false;
}

/* What would go to PATH, or file:PATH, goes to the stage's own folder instead, to a new file: links
 * to files append. */
static char *elsewhere(const char *folder, const char *value)
{
	const char *scheme = strncmp(value, "file:", 5) == 0 ? "file:" : "";
	const char *slash = strrchr(value, '/');
	const char *name = slash ? slash + 1 : value + strlen(scheme);
	char *turned = text_print("%s%s/%s", scheme, folder, name);
	mkdir(folder, 0777);
	unlink(turned + strlen(scheme));
	return turned;
}

static void turn_word(char **word, const json_t *description, const char *folder)
{
	char *name = *word + 2, *equals = strchr(name, '=');
	char **value = equals ? word : word + 1, *turned;
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const char *old = equals ? equals + 1 : *value;
	if (!old || !is_output(description, name, len, old))
		return;
	turned = elsewhere(folder, old);
	if (equals) {
		char *whole = text_print("--%.*s=%s", (int)len, name, turned);
		free(turned);
		turned = whole;
	}
	free(*value);
	*value = turned;
}

static void turn_outputs(struct wired *w, const char *folder)
{
	json_t *description = describe(w->path, w->argv[0]);
	for (char **word = w->argv + 1; *word; word++)
		if (strncmp(*word, "--", 2) == 0 && word[0][2])
			turn_word(word, description, folder);
	json_decref(description);
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
		turn_outputs(&wired[i], folder);
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
