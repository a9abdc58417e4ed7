#include "stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "keeps.h"
#include "rundir.h"
#include "statedir.h"
#include "team.h"

/* A relative path would name another folder once the stage works in the pipeline's. */
static void fix_state_dir(void)
{
	char *root = statedir_root();
	setenv("DUTO_STATE_DIR", root, 1);
	free(root);
}

int stage_run_wired(const struct post *post, const struct wired *wired)
{
	const char *dir = post->site->p->dir;
	fix_state_dir();
	if (chdir(dir))
		return failure(EXIT_SYSTEM, "%s: %s", dir, strerror(errno));
	return post->stage->substage_count > 1 ? team_run(post, wired) : launch(post, wired);
}

int stage_run(const struct site *site, const struct stage *stage)
{
	const struct traits *t = &site->traits[stage - site->p->stages];
	char *error;
	if (keeps_make(site->p, stage, t, &error))
		return failure_with(EXIT_SYSTEM, error);
	struct wired *wired = wiring_make(site, stage, &error);
	if (!wired)
		return failure_with(EXIT_CONFIG, error);
	int status = stage_run_wired(&(struct post){ site, stage, 0 }, wired);
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
	struct traits *traits = traits_read(p);
	int status = stage_run(&(struct site){ p, traits, rundir, NULL }, stage);
	traits_free(traits);
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
