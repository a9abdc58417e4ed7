#include "wiring.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "keeps.h"
#include "pipelines/describe/libexec.h"
#include "rundir.h"
#include "text.h"

struct wiring {
	const struct site *site;
	const struct pipeline *p;
	const struct stage *stage;
	struct wired *wired;
	char *error;
};

static void add_word(struct wired *w, char *word)
{
	size_t n = 0;
	while (w->argv[n])
		n++;
	w->argv = reallocarray(w->argv, n + 2, sizeof(*w->argv));
	if (!w->argv || !word)
		abort();
	w->argv[n] = word;
	w->argv[n + 1] = NULL;
}

void wiring_add(struct wired *w, const char *option, char *value)
{
	add_word(w, strdup(option));
	if (value)
		add_word(w, value);
}

/* Malloc'ed name of a link to a socket in the run folder. */
static char *socket_link(
	struct wiring *w, const char *kind, const char *from, const char *mark, const char *to)
{
	char *link = text_print("%s:ipc://%s/%s%s%s", kind, w->site->rundir, from, mark, to);
	const char *path = strstr(link, "ipc://") + strlen("ipc://");
	if (strlen(path) > RUNDIR_SOCKET_MAX && !w->error)
		w->error = text_print("%s: a socket's path has at most %d bytes: set "
				      "DUTO_RUNTIME_DIR to a shorter folder",
			path, RUNDIR_SOCKET_MAX);
	return link;
}

static char *edge_in(struct wiring *w, const struct source *source)
{
	if (w->site->traits[source->stage].keeps)
		return keeps_in(w->p, &w->p->stages[source->stage], w->stage);
	return socket_link(w, "pull", source->name.text, "-", w->stage->name.text);
}

static void add_inputs(struct wiring *w)
{
	const struct stage *s = w->stage;
	struct wired *first = &w->wired[0];
	for (size_t i = 0; i < s->from_count; i++)
		wiring_add(first, "--in", edge_in(w, &s->from[i]));
	for (size_t i = 0; i < s->tap_count; i++)
		wiring_add(first, "--in", socket_link(w, "sub", s->taps[i].name.text, ".", "tap"));
}

static void add_edges(struct wiring *w, struct wired *last)
{
	const bool *ended = w->site->ended;
	for (size_t i = 0; i < w->p->stage_count; i++) {
		const struct stage *reader = &w->p->stages[i];
		for (size_t k = 0; k < reader->from_count && !(ended && ended[i]); k++)
			if (&w->p->stages[reader->from[k].stage] == w->stage)
				wiring_add(last, "--out",
					socket_link(w, "push", w->stage->name.text, "-",
						reader->name.text));
	}
}

static void add_outputs(struct wiring *w)
{
	struct wired *last = &w->wired[w->stage->substage_count - 1];
	const struct traits *t = &w->site->traits[w->stage - w->p->stages];
	last->mute = !t->text;
	if (t->keeps)
		wiring_add(last, "--out", keeps_out(w->p, w->stage));
	else
		add_edges(w, last);
	if (t->samples)
		wiring_add(last, "--out", socket_link(w, "pub", w->stage->name.text, ".", "tap"));
	if (t->samples && w->stage->listen.text)
		wiring_add(last, "--out", text_print("pub:%s", w->stage->listen.text));
}

static char **copy_words(const struct substage *s)
{
	char **argv = allocate(s->count + 1, sizeof(*argv));
	for (size_t i = 0; i < s->count; i++)
		argv[i] = text_print("%s", s->argv[i]);
	return argv;
}

struct wired *wiring_words(const struct pipeline *p, const struct stage *stage, char **ret_error)
{
	struct wired *wired = calloc(stage->substage_count, sizeof(*wired));
	const struct word *missing = NULL;
	if (!wired)
		abort();
	for (size_t i = 0; i < stage->substage_count; i++) {
		const struct substage *s = &stage->substages[i];
		wired[i].path = libexec_path(s->words[0].text);
		wired[i].argv = copy_words(s);
		if (!wired[i].path && !missing)
			missing = &s->words[0];
	}
	if (!missing)
		return wired;
	*ret_error = text_print("%s:%d:%d: there is no filter \"%s\"", p->path, missing->line,
		missing->column, missing->text);
	wiring_free(stage, wired);
	return NULL;
}

struct wired *wiring_make(const struct site *site, const struct stage *stage, char **ret_error)
{
	struct wiring w = { .site = site, .p = site->p, .stage = stage };
	w.wired = wiring_words(site->p, stage, ret_error);
	if (!w.wired)
		return NULL;
	add_inputs(&w);
	add_outputs(&w);
	if (!w.error)
		return w.wired;
	*ret_error = w.error;
	wiring_free(stage, w.wired);
	return NULL;
}

void wiring_free(const struct stage *stage, struct wired *wired)
{
	for (size_t i = 0; i < stage->substage_count; i++) {
		for (char **word = wired[i].argv; *word; word++)
			free(*word);
		free(wired[i].argv);
		free(wired[i].path);
	}
	free(wired);
}
