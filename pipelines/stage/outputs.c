#include "outputs.h"

#include <stdlib.h>
#include <string.h>

#include "pipelines/describe/describe.h"
#include "pipelines/describe/values.h"
#include "text.h"

struct turning {
	char *(*turn)(void *context, const char *path);
	void *context;
};

/* The path in a value that names a file which the filter writes; NULL: it names none. */
static const char *output_path(const json_t *option, const char *value)
{
	bool link = strncmp(value, "file:", 5) == 0;
	if (strcmp(describe_text(option, "type"), "output") != 0 &&
		!(link && strcmp(describe_text(option, "name"), "out") == 0))
		return NULL;
	return link ? value + 5 : value;
}

static void turn_value(const json_t *option, char **word, const char *value, void *context)
{
	const struct turning *t = context;
	const char *path = output_path(option, value);
	char *turned = path ? t->turn(t->context, path) : NULL;
	if (!turned)
		return;
	char *whole = text_print("%.*s%s", (int)(path - *word), *word, turned);
	free(turned);
	free(*word);
	*word = whole;
}

void outputs_turn(struct wired *w, char *(*turn)(void *context, const char *path), void *context)
{
	json_t *description = describe_known(w->path, w->argv[0]);
	values_each(description, w->argv, turn_value, &(struct turning){ turn, context });
	json_decref(description);
}

static char *note_relative(void *context, const char *path)
{
	bool *named = context;
	*named |= *path && *path != '/';
	return NULL;
}

bool outputs_named(const struct pipeline *p, const struct stage *stage)
{
	char *error;
	bool named = false;
	struct wired *wired = wiring_words(p, stage, &error);
	if (!wired) {
		free(error);
		return false;
	}
	for (size_t i = 0; i < stage->substage_count; i++)
		outputs_turn(&wired[i], note_relative, &named);
	wiring_free(stage, wired);
	return named;
}
