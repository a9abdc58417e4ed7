#include "stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "keeps.h"
#include "outputs.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "pipelines/run/runs.h"
#include "rundir.h"
#include "secrets.h"
#include "setup.h"
#include "statedir.h"
#include "team.h"
#include "text.h"

static const char *file, *name;
static bool setup, only_due;

static const struct opt options[] = {
	{ .name = "file",
		.type = OPT_TEXT,
		.to = &file,
		.positional = true,
		.required = true,
		.help = "the pipeline file" },
	{ .name = "stage",
		.type = OPT_TEXT,
		.to = &name,
		.positional = true,
		.help = "the stage's name" },
	{ .name = "setup",
		.type = OPT_FLAG,
		.to = &setup,
		.help = "make the folders that the stages share, and leave" },
	{ .name = "if-due",
		.type = OPT_FLAG,
		.to = &only_due,
		.help = "leave at once where the stage is scheduled and not due" },
	OPT_END,
};

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

static char *into_folder(void *folder, const char *path)
{
	return *path == '/' ? NULL : text_print("%s/%s", (const char *)folder, path);
}

/* Under systemd: secrets are where it has put them, and files are written where it lets them be. */
static void turn_words(struct wired *w)
{
	char *folder = getenv("DUTO_OUT_DIR");
	for (char **word = w->argv + 1; *word; word++) {
		char *turned = secrets_turn(*word);
		if (turned) {
			free(*word);
			*word = turned;
		}
	}
	if (folder && *folder)
		outputs_turn(w, into_folder, folder);
}

static int run_now(const struct site *site, const struct stage *stage)
{
	const struct traits *t = &site->traits[stage - site->p->stages];
	char *error;
	if (keeps_make(site->p, stage, t, &error))
		return failure_with(EXIT_SYSTEM, error);
	struct wired *wired = wiring_make(site, stage, &error);
	if (!wired)
		return failure_with(EXIT_CONFIG, error);
	for (size_t i = 0; i < stage->substage_count; i++)
		turn_words(&wired[i]);
	int status = stage_run_wired(&(struct post){ site, stage, 0 }, wired);
	wiring_free(stage, wired);
	return status;
}

static int run_once(void *context)
{
	const struct post *post = context;
	return run_now(post->site, post->stage);
}

int stage_run(const struct site *site, const struct stage *stage)
{
	if (!stage->due.zone)
		return run_now(site, stage);
	struct post post = { site, stage, 0 };
	return runs_do(site->p, stage, only_due, run_once, &post);
}

static int run_named(const struct pipeline *p)
{
	char *error;
	const struct stage *stage = name ? pipeline_stage(p, name) : NULL;
	if (!stage)
		return failure(EXIT_CONFIG, "%s: there is no stage \"%s\"", p->path, name ?: "");
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
	int status = command_parse(options, argc, argv);
	if (status != EXIT_OK)
		return status;
	if (!name == !setup)
		return failure(EXIT_CONFIG,
			"stage needs a pipeline file and the name of a stage (duto stage "
			"mill.yaml score)");
	struct pipeline *p = pipeline_open(file);
	if (mistake_count(&p->mistakes)) {
		mistake_print(&p->mistakes, stderr);
		status = EXIT_CONFIG;
	} else {
		status = setup ? setup_folders(p) : run_named(p);
	}
	pipeline_close(p);
	return status;
}
