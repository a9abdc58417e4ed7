#include "shipped.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "opt.h"
#include "text.h"

enum {
	LEVELS = 4, /* from build/san/clang/libexec up to the project's folder */
	NAMES = 256,
};

/* Gives the path where it can be read, else frees it. */
static char *readable(char *path)
{
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static char *as_given(const char *name, const char *beside)
{
	const char *slash = beside ? strrchr(beside, '/') : NULL;
	char *found = NULL;

	if (slash && name[0] != '/')
		found = readable(text_print("%.*s/%s", (int)(slash - beside), beside, name));
	return found ?: readable(text_print("%s", name));
}

/* The shipped folder of a kind; NULL: there is none. */
static char *folder(const char *kind)
{
	const char *set = getenv("DUTO_SCHEMAS");
	char program[PATH_MAX], *found = NULL;
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (set)
		return text_print("%s/%s", set, kind);
	program[len < 0 ? 0 : len] = '\0';
	for (int level = 0; level <= LEVELS && !found; level++) {
		char *slash = strrchr(program, '/');
		if (!slash)
			break;
		*slash = '\0';
		found = readable(text_print("%s/schemas/%s", program, kind));
		found = found ?: readable(text_print("%s/share/duto/%s", program, kind));
	}
	return found;
}

static char *suggestion(const char *folder, const char *name)
{
	struct dirent **entries;
	const char *names[NAMES], *meant;
	char *text;
	int n = scandir(folder, &entries, NULL, alphasort), used = 0;

	if (n < 0)
		return text_print(" nor in %s", folder);
	for (int i = 0; i < n && used < NAMES; i++)
		if (entries[i]->d_name[0] != '.')
			names[used++] = entries[i]->d_name;
	meant = opt_suggest(name, names, (size_t)used);
	text = meant ? text_print(" nor in %s; did you mean %s?", folder, meant)
		     : text_print(" nor in %s", folder);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return text;
}

static char *not_found(const char *folder, const char *name)
{
	char *where = folder ? suggestion(folder, name) : text_print("%s", ""), *message;

	message = text_print("%s: not found%s%s", name, *where ? " here" : "", where);
	free(where);
	return message;
}

int shipped_find(
	const char *kind, const char *name, const char *beside, char **ret_path, char **ret_error)
{
	char *found = as_given(name, beside), *shipped = NULL;

	if (!found && !strchr(name, '/'))
		shipped = folder(kind);
	if (shipped)
		found = readable(text_print("%s/%s", shipped, name));
	if (found)
		*ret_path = found;
	else
		*ret_error = not_found(shipped, name);
	free(shipped);
	return found ? 0 : -ENOENT;
}
