#include "libexec.h"

#include <ctype.h>
#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

static const char *folder(void)
{
	static char path[PATH_MAX + 32];
	char self[PATH_MAX];
	const char *given = getenv("DUTO_LIBEXEC");
	if (*path || (given && *given && realpath(given, path)))
		return path;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[len > 0 ? len : 0] = 0;
	static const char *const places[] = { "libexec", "../libexec/duto",
		"../../../libexec/duto" };
	const char *dir = dirname(self);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, places[i]);
		if (access(path, F_OK) == 0)
			break;
	}
	return path;
}

static bool is_filter_name(const char *name)
{
	if (!islower((unsigned char)*name))
		return false;
	while (islower((unsigned char)*name) || isdigit((unsigned char)*name) || *name == '-')
		name++;
	return !*name;
}

char *libexec_file(const char *name)
{
	return text_print("%s/%s", folder(), name);
}

char *libexec_path(const char *filter)
{
	if (!is_filter_name(filter))
		return NULL;
	char *path = libexec_file(filter);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **read_names(DIR *dir, size_t *ret_count)
{
	const char **names = NULL;
	size_t count = 0;
	for (const struct dirent *e; (e = readdir(dir));) {
		char *path = libexec_path(e->d_name);
		if (!path)
			continue;
		free(path);
		names = reallocarray(names, count + 1, sizeof(*names));
		if (!names || !(names[count++] = strdup(e->d_name)))
			abort();
	}
	if (count)
		qsort(names, count, sizeof(*names), compare);
	*ret_count = count;
	return names;
}

const char *const *libexec_filters(size_t *ret_count)
{
	static const char **names;
	static size_t count;
	DIR *dir = names ? NULL : opendir(folder());
	if (dir) {
		names = read_names(dir, &count);
		closedir(dir);
	}
	*ret_count = count;
	return names;
}
