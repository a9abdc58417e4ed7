#include "outputs.h"

#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "text.h"

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

struct turning {
	const json_t *description;
	char *(*turn)(void *context, const char *path);
	void *context;
};

static void turn_word(char **word, const struct turning *t)
{
	char *name = *word + 2, *equals = strchr(name, '=');
	char **value = equals ? word : word + 1;
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const char *old = equals ? equals + 1 : *value;
	if (!old || !is_output(t->description, name, len, old))
		return;
	const char *scheme = strncmp(old, "file:", 5) == 0 ? "file:" : "";
	char *turned = t->turn(t->context, old + strlen(scheme));
	if (!turned)
		return;
	char *whole = equals ? text_print("--%.*s=%s%s", (int)len, name, scheme, turned)
			     : text_print("%s%s", scheme, turned);
	free(turned);
	free(*value);
	*value = whole;
}

void outputs_turn(struct wired *w, char *(*turn)(void *context, const char *path), void *context)
{
	struct turning t = { describe_known(w->path, w->argv[0]), turn, context };
	for (char **word = w->argv + 1; *word; word++)
		if (strncmp(*word, "--", 2) == 0 && word[0][2])
			turn_word(word, &t);
	json_decref((json_t *)t.description);
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
