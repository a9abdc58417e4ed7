#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "filter.h"
#include "text.h"

static void set_environment(const struct post *post)
{
	char *stat =
		text_print("%s/%s.%zu.stat", post->rundir, post->stage->name.text, post->index);
	setenv("DUTO_STAGE", post->stage->name.text, 1);
	setenv("DUTO_PIPELINE", post->p->name.text, 1);
	setenv("DUTO_STAT", stat, 1);
	free(stat);
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
