#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "keep/cursors.h"
#include "keep/keep.h"
#include "text.h"

/* Dots first are left to files in the making. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);
	return len && len <= KEEP_NAME_MAX && *name != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       len;
}

static int open_folder(const char *path, const char *name, bool make)
{
	if (!is_name(name))
		return -EINVAL;
	char *joined = text_print("%s/cursors", path);
	int folder = disk_folder(joined, make);
	free(joined);
	return folder;
}

static int read_number(int folder, const char *name, uint64_t *ret)
{
	char text[32];
	int end = 0;
	uint64_t number;
	ssize_t n = disk_text(folder, name, text, sizeof(text));
	if (n < 0)
		return (int)n;
	if (sscanf(text, "%" SCNu64 "\n%n", &number, &end) != 1 || end != n)
		return -EBADMSG;
	*ret = number;
	return 0;
}

int keep_cursor_read(const char *path, const char *name, uint64_t *ret)
{
	int folder = open_folder(path, name, false);
	if (folder < 0)
		return folder;
	int r = read_number(folder, name, ret);
	disk_close(folder);
	return r;
}

int keep_cursor_write(const char *path, const char *name, uint64_t number)
{
	char text[32];
	int folder = open_folder(path, name, true);
	if (folder < 0)
		return folder;
	int len = snprintf(text, sizeof(text), "%" PRIu64 "\n", number);
	int r = disk_replace(folder, name, text, (size_t)len);
	disk_close(folder);
	return r;
}

int keep_cursor_forget(const char *path, const char *name)
{
	int folder = open_folder(path, name, false);
	if (folder < 0)
		return folder;
	int r = disk_remove(folder, name);
	if (!r)
		r = disk_sync_folder(folder);
	disk_close(folder);
	return r;
}

struct each {
	int folder;
	int (*call)(const struct keep_cursor *cursor, void *context);
	void *context;
};

static int read_each(const char *name, void *context)
{
	const struct each *e = context;
	struct keep_cursor cursor;
	if (!is_name(name))
		return 0;
	int r = read_number(e->folder, name, &cursor.number);
	if (r == -ENOENT)
		return 0;
	snprintf(cursor.name, sizeof(cursor.name), "%s", name);
	return r ? r : e->call(&cursor, e->context);
}

int keep_cursors_each(
	int folder, int (*call)(const struct keep_cursor *cursor, void *context), void *context)
{
	struct each e = { folder, call, context };
	return disk_list(folder, read_each, &e);
}
