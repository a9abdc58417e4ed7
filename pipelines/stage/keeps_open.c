#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "keep/keep.h"
#include "keeps.h"
#include "statedir.h"
#include "text.h"

/* How long the writers of a run that was killed may take to be gone. */
#define PATIENCE (5 * SECONDS)
enum { AGAIN_MS = 20 };

static int open_patiently(struct keep_writer **ret, const char *path,
	struct keep_recovery *recovery, int64_t patience, char **ret_error)
{
	static const struct keep_limits limits;
	int64_t until = clock_monotonic() + patience;
	for (;;) {
		*ret_error = NULL;
		int r = keep_writer_open(ret, path, &limits, recovery, ret_error);
		if (r != -EBUSY || clock_monotonic() >= until)
			return r;
		free(*ret_error);
		poll(NULL, 0, AGAIN_MS);
	}
}

/* keep_writer_open names what is wrong; only what the system refuses comes without words. */
static int begin(const char *path, int64_t patience,
	void (*said)(const char *message, void *context), void *context, char **ret_error)
{
	struct keep_recovery recovery = { 0 };
	struct keep_writer *w;
	int r = open_patiently(&w, path, &recovery, patience, ret_error);
	if (r) {
		*ret_error = *ret_error ? *ret_error : text_print("%s: %s", path, strerror(-r));
		return r;
	}
	if (recovery.message)
		said(recovery.message, context);
	free(recovery.message);
	keep_writer_close(w);
	return 0;
}

int keeps_begin_one(const struct pipeline *p, const struct stage *stage, int64_t patience,
	void (*said)(const char *message, void *context), void *context, char **ret_error)
{
	char *path = statedir_keep(p->name.text, stage->name.text);
	int r = begin(path, patience, said, context, ret_error);
	free(path);
	return r;
}

int keeps_begin(const struct pipeline *p, const struct traits *all,
	void (*said)(const char *message, void *context), void *context, char **ret_error)
{
	int r = 0;
	for (size_t i = 0; i < p->stage_count && !r; i++) {
		if (!all[i].keeps)
			continue;
		r = keeps_make(p, &p->stages[i], &all[i], ret_error);
		r = r ? r : keeps_begin_one(p, &p->stages[i], PATIENCE, said, context, ret_error);
	}
	return r;
}
