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

/* Where an administrator puts other filters: the installed program looks there too. */
#define LOCAL_FOLDER "/usr/local/libexec/duto"

static char folders[2][PATH_MAX + 32]; /* an empty one: there is none */

static void find_folders(void)
{
	char self[PATH_MAX];
	const char *given = getenv("DUTO_LIBEXEC");
	if (*folders[0] || (given && *given && realpath(given, folders[0])))
		return;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[len > 0 ? len : 0] = 0;
	static const char *const places[] = { "libexec", "../libexec/duto",
		"../../../libexec/duto" };
	const char *dir = dirname(self);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(folders[0], sizeof(folders[0]), "%s/%s", dir, places[i]);
		if (access(folders[0], F_OK) != 0)
			continue;
		if (i > 0)
			snprintf(folders[1], sizeof(folders[1]), "%s", LOCAL_FOLDER);
		break;
	}
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
	find_folders();
	return text_print("%s/%s", folders[0], name);
}

char *libexec_path(const char *filter)
{
	if (!is_filter_name(filter))
		return NULL;
	find_folders();
	for (int i = 0; i < 2 && *folders[i]; i++) {
		char *path = text_print("%s/%s", folders[i], filter);
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(const char ***names, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*names)[i], name) == 0)
			return;
	*names = reallocarray(*names, *count + 1, sizeof(**names));
	if (!*names || !((*names)[(*count)++] = strdup(name)))
		abort();
}

static void read_names(const char *folder, const char ***names, size_t *count)
{
	DIR *dir = opendir(folder);
	for (const struct dirent *e; dir && (e = readdir(dir));) {
		char *path = libexec_path(e->d_name);
		if (path)
			add_name(names, count, e->d_name);
		free(path);
	}
	if (dir)
		closedir(dir);
}

const char *const *libexec_filters(size_t *ret_count)
{
	static const char **names;
	static size_t count;
	find_folders();
	if (!names) {
		for (int i = 0; i < 2 && *folders[i]; i++)
			read_names(folders[i], &names, &count);
		if (count)
			qsort(names, count, sizeof(*names), compare);
	}
	*ret_count = count;
	return names;
}
