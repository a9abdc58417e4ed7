/* duto tap: looks at what a running stage gives on, without slowing it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "filter.h"
#include "pipelines/commands.h"
#include "pipelines/describe/libexec.h"
#include "pipelines/failure.h"
#include "pipelines/stage/rundir.h"
#include "text.h"

static const char *where, *path;
static bool json;

static const struct opt options[] = {
	{ .name = "stage",
		.type = OPT_TEXT,
		.to = &where,
		.positional = true,
		.required = true,
		.help = "PIPELINE/STAGE" },
	{ .name = "path", .type = OPT_TEXT, .to = &path, .positional = true, .help = "#PATH" },
	{ .name = "json", .type = OPT_FLAG, .to = &json, .help = "JSON lines" },
	OPT_END,
};

static bool is_listened_to(const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	bool listened =
		fd >= 0 &&
		(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN);
	if (fd >= 0)
		close(fd);
	return listened;
}

static int not_running(const char *rundir, const char *pipeline, const char *stage)
{
	char *file = rundir_pipeline_file(rundir);
	struct pipeline *p = file ? pipeline_open(file) : NULL;
	bool known = p && pipeline_stage(p, stage);
	free(file);
	if (!p)
		return failure(EXIT_SYSTEM, "%s/%s is not running", pipeline, stage);
	pipeline_close(p);
	if (!known)
		return failure(EXIT_CONFIG, "pipeline %s has no stage \"%s\" (see duto top)",
			pipeline, stage);
	return failure(EXIT_SYSTEM,
		"%s/%s has no tap: it gives no samples on, or is not running now (see duto top)",
		pipeline, stage);
}

static int become_reader(const char *socket_path)
{
	char *name = json ? "to-json" : "print";
	char *link = text_print("sub:ipc://%s%s%s", socket_path, path ? "#" : "", path ? path : "");
	char *program = libexec_path(name);
	if (!program)
		return failure(EXIT_CONFIG, "there is no filter \"%s\"", name);
	execv(program, (char *[]){ name, "--in", link, NULL });
	return failure(EXIT_SYSTEM, "%s: %s", program, strerror(errno));
}

static int tap(const char *pipeline, const char *stage)
{
	char *rundir = rundir_find(pipeline);
	if (!rundir)
		return failure(EXIT_SYSTEM, "pipeline %s is not running (duto top shows which are)",
			pipeline);
	char *socket_path = text_print("%s/%s.tap", rundir, stage);
	int status = is_listened_to(socket_path) ? become_reader(socket_path)
						 : not_running(rundir, pipeline, stage);
	free(socket_path);
	free(rundir);
	return status;
}

int command_tap(int argc, char **argv)
{
	static const struct opt *const tables[] = { options, NULL };
	char *error, *stage, *hash;
	if (opt_parse(tables, argc, argv, &error))
		return failure_with(EXIT_CONFIG, error);
	if (!where || !strchr(where, '/') || (path && *path != '#'))
		return failure(EXIT_CONFIG,
			"tap needs PIPELINE/STAGE (duto tap mill/score, duto tap "
			"mill/score#plant/line1)");
	path = path ? path + 1 : NULL;
	stage = strchr(where, '/');
	hash = strchr(where, '#');
	if (hash) {
		path = hash + 1;
		*hash = 0;
	}
	*stage++ = 0;
	return tap(where, stage);
}
