#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "pipelines/failure.h"
#include "statedir.h"
#include "text.h"

/* Takes the value over; NULL: the variable is not there. */
static void set(const char *name, char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
	free(value);
}

static char *stat_page_path(const struct post *post)
{
	const char *rundir = post->site->rundir;
	return rundir ? text_print("%s/%s.%zu.stat", rundir, post->stage->name.text, post->index)
		      : NULL;
}

static char *checkpoint(const struct post *post)
{
	const struct pipeline *p = post->site->p;
	if (!post->site->rundir || !post->site->traits[post->stage - p->stages].state)
		return NULL;
	char *folder = statedir_checkpoint(p->name.text, post->stage->name.text);
	char *path = text_print("%s/%zu", folder, post->index);
	free(folder);
	return path;
}

static void set_environment(const struct post *post)
{
	setenv("DUTO_STAGE", post->stage->name.text, 1);
	setenv("DUTO_PIPELINE", post->site->p->name.text, 1);
	set("DUTO_STAT", stat_page_path(post));
	set("DUTO_CHECKPOINT", checkpoint(post));
}

int launch(const struct post *post, const struct wired *wired)
{
	int null = wired->mute ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	set_environment(post);
	execv(wired->path, wired->argv);
	return failure(EXIT_SYSTEM, "%s: %s", wired->path, strerror(errno));
}
