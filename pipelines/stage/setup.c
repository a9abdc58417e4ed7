#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter.h"
#include "keeps.h"
#include "outputs.h"
#include "pipelines/failure.h"
#include "pipelines/run/runs.h"
#include "statedir.h"
#include "text.h"

/* New files belong to the folder's group: whichever user the stage is the next time. Takes the path
 * over. */
static int make(char *path)
{
	int r = statedir_make(path, 02770), status = EXIT_OK;
	if (!r && (chown(path, -1, getegid()) || chmod(path, 02770)))
		r = -errno;
	if (r)
		status = failure(EXIT_SYSTEM, "%s: %s", path, strerror(-r));
	free(path);
	return status;
}

static int make_keep(const struct pipeline *p, const struct stage *stage)
{
	char *keep = statedir_keep(p->name.text, stage->name.text);
	char *cursors = text_print("%s/cursors", keep);
	int status = make(keep);
	if (status != EXIT_OK)
		free(cursors);
	return status != EXIT_OK ? status : make(cursors);
}

static int make_schedule(const struct pipeline *p, const struct stage *stage)
{
	int status = make(statedir_schedule(p->name.text, stage->name.text));
	int r = status == EXIT_OK ? runs_begin(p, stage) : 0;
	return r ? failure(EXIT_SYSTEM, "schedule of %s: %s", stage->name.text, strerror(-r))
		 : status;
}

static void say(const char *message, void *context)
{
	(void)context;
	fprintf(stderr, "duto: %s\n", message);
}

static int make_stage(const struct pipeline *p, const struct stage *stage, const struct traits *t)
{
	int status = t->keeps ? make_keep(p, stage) : EXIT_OK;
	char *error;
	if (status == EXIT_OK && outputs_named(p, stage))
		status = make(statedir_out(p->name.text, stage->name.text));
	if (status == EXIT_OK && stage->due.zone)
		status = make_schedule(p, stage);
	if (status == EXIT_OK && t->keeps) {
		int r = keeps_begin_one(p, stage, 0, say, NULL, &error);
		if (r == -EBUSY) /* its writer runs: then all is well with it */
			free(error);
		else if (r)
			status = failure_with(EXIT_SYSTEM, error);
	}
	return status;
}

int setup_folders(const struct pipeline *p)
{
	struct traits *traits = traits_read(p);
	int status = EXIT_OK;
	for (size_t i = 0; i < p->stage_count && status == EXIT_OK; i++)
		status = make_stage(p, &p->stages[i], &traits[i]);
	traits_free(traits);
	return status;
}
