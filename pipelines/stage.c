#include "stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "rundir.h"
#include "team.h"

static int run_wired(const struct post *post, const struct wired *wired)
{
	if (chdir(post->p->dir))
		return failure(EXIT_SYSTEM, "%s: %s", post->p->dir, strerror(errno));
	return post->stage->substage_count > 1 ? team_run(post, wired) : launch(post, wired);
}

int stage_run(
	const struct pipeline *p, const struct stage *stage, const char *rundir, const bool *ended)
{
	char *error;
	struct wired *wired = wiring_make(p, stage, rundir, ended, &error);
	if (!wired)
		return failure_with(EXIT_CONFIG, error);
	int status = run_wired(&(struct post){ p, stage, rundir, 0 }, wired);
	wiring_free(stage, wired);
	return status;
}

static int run_named(const struct pipeline *p, const char *name)
{
	char *error;
	const struct stage *stage = pipeline_stage(p, name);
	if (mistake_count(&p->mistakes)) {
		mistake_print(&p->mistakes, stderr);
		return EXIT_CONFIG;
	}
	if (!stage)
		return failure(EXIT_CONFIG, "%s: there is no stage \"%s\"", p->path, name);
	char *rundir = rundir_make(p->name.text, &error);
	if (!rundir)
		return failure_with(EXIT_SYSTEM, error);
	int status = stage_run(p, stage, rundir, NULL);
	free(rundir);
	return status;
}

int command_stage(int argc, char **argv)
{
	if (argc != 3)
		return failure(EXIT_CONFIG,
			"stage needs a pipeline file and the name of a stage (duto stage "
			"mill.yaml score)");
	struct pipeline *p = pipeline_open(argv[1]);
	int status = run_named(p, argv[2]);
	pipeline_close(p);
	return status;
}
