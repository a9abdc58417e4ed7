#include "statedir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocate.h"
#include "folder.h"
#include "text.h"

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

/* Stages work in their pipeline's folder: a relative path would name another one there. */
static char *absolute(const char *path)
{
	char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	char *whole = here ? text_print("%s/%s", here, path) : text_print("%s", path);
	free(here);
	return whole;
}

char *statedir_root(void)
{
	if (variable("DUTO_STATE_DIR"))
		return absolute(variable("DUTO_STATE_DIR"));
	if (geteuid() == 0)
		return text_print("/var/lib/duto");
	if (variable("XDG_STATE_HOME"))
		return text_print("%s/duto", variable("XDG_STATE_HOME"));
	return text_print("%s/.local/state/duto", variable("HOME") ?: "");
}

char *statedir_config(void)
{
	return absolute(variable("DUTO_CONFIG_DIR") ?: "/etc/duto");
}

static char *in_root(const char *pipeline, const char *stage, const char *end)
{
	char *root = statedir_root(), *path = text_print("%s/%s/%s%s", root, pipeline, stage, end);
	free(root);
	return path;
}

char *statedir_keep(const char *pipeline, const char *stage)
{
	return in_root(pipeline, stage, "");
}

char *statedir_checkpoint(const char *pipeline, const char *stage)
{
	if (variable("STATE_DIRECTORY"))
		return absolute(variable("STATE_DIRECTORY"));
	return in_root(pipeline, stage, ".checkpoint");
}

char *statedir_schedule(const char *pipeline, const char *stage)
{
	return in_root(pipeline, stage, ".schedule");
}

char *statedir_out(const char *pipeline, const char *stage)
{
	return in_root(pipeline, stage, ".out");
}

static char *if_there(char *path)
{
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* Whether it has the form PIPELINE/STAGE: no path that leads elsewhere. */
static bool is_pair(const char *name)
{
	const char *slash = strchr(name, '/');
	return *name != '.' && slash && slash > name && slash[1] && slash[1] != '.' &&
	       !strchr(slash + 1, '/');
}

char *statedir_find(const char *name)
{
	char *found = if_there(absolute(name));
	const char *slash = strchr(name, '/'), *own = variable("DUTO_PIPELINE");
	if (found)
		return found;
	if (!slash && own && *name != '.')
		return if_there(statedir_keep(own, name));
	if (!is_pair(name))
		return NULL;
	char *pipeline = or_abort(strndup(name, (size_t)(slash - name)));
	found = if_there(statedir_keep(pipeline, slash + 1));
	free(pipeline);
	return found;
}

bool statedir_is_keep(const char *path)
{
	char *id = text_print("%s/ID", path);
	bool there = access(id, F_OK) == 0;
	free(id);
	return there;
}

struct keeps {
	int (*each)(const char *path, void *context);
	void *context;
	int result;
};

static int visit_stage(const char *path, const char *name, void *context)
{
	struct keeps *k = context;
	(void)name;
	k->result = statedir_is_keep(path) ? k->each(path, k->context) : 0;
	return k->result;
}

static int visit_pipeline(const char *path, const char *name, void *context)
{
	struct keeps *k = context;
	(void)name;
	folder_each(path, visit_stage, k);
	return k->result;
}

int statedir_keeps(const char *root, int (*each)(const char *path, void *context), void *context)
{
	struct keeps k = { each, context, 0 };
	return folder_each(root, visit_pipeline, &k);
}

static int make(const char *path, mode_t mode)
{
	return mkdir(path, mode) && errno != EEXIST ? -errno : 0;
}

int statedir_make(const char *path, mode_t mode)
{
	char *part = text_print("%s", path);
	int r = 0;
	for (char *slash = strchr(part + 1, '/'); slash && !r; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		r = make(part, 0750);
		*slash = '/';
	}
	r = r ? r : make(path, mode);
	free(part);
	return r;
}
