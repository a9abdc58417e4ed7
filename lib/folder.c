#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "text.h"

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int folder_each(const char *path, int (*each)(const char *path, const char *name, void *context),
	void *context)
{
	struct dirent **entries;
	int r = 0, count = scandir(path, &entries, is_visible, alphasort);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		char *below = text_print("%s/%s", path, entries[i]->d_name);
		r = r ? r : each(below, entries[i]->d_name, context);
		free(below);
		free(entries[i]);
	}
	free(entries);
	return r;
}
