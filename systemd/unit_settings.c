#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "statedir.h"
#include "text.h"
#include "unit_files.h"

static const char *variable(const char *name, const char *otherwise)
{
	const char *value = getenv(name);
	if (!value || !*value)
		setenv(name, otherwise, 1);
	return getenv(name);
}

const char *pipeline_folder(void)
{
	static char *folder;
	if (!folder) {
		char *config = statedir_config();
		folder = text_print("%s/pipelines", config);
		free(config);
	}
	return folder;
}

int pipeline_is_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

/* Beside this program in a build; in PREFIX/bin where this is
 * PREFIX/lib/systemd/system-generators/duto-generator. */
static const char *find_program(void)
{
	static char path[PATH_MAX + 32];
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[len > 0 ? len : 0] = 0;
	const char *dir = dirname(self);
	snprintf(path, sizeof(path), "%s/duto", dir);
	if (access(path, X_OK) == 0)
		return path;
	snprintf(path, sizeof(path), "%s/../../../bin/duto", dir);
	char *whole = realpath(path, NULL);
	snprintf(path, sizeof(path), "%s", whole ? whole : "/usr/bin/duto");
	free(whole);
	return path;
}

struct unit_settings unit_settings_find(void)
{
	return (struct unit_settings){ variable("DUTO_PROGRAM", find_program()),
		variable("DUTO_RUNTIME_DIR", "/run/duto"),
		variable("DUTO_STATE_DIR", "/var/lib/duto") };
}
