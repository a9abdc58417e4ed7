/* duto restore: puts back what duto backup wrote, where nothing of it is there. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup.h"
#include "copy.h"
#include "file.h"
#include "filter.h"
#include "keep/keep.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"
#include "statedir.h"
#include "text.h"

static const char *name;

static const struct opt options[] = {
	{ .name = "file",
		.type = OPT_FILE,
		.to = &name,
		.positional = true,
		.required = true,
		.help = "what duto backup wrote" },
	OPT_END,
};

enum { PARTS = 3 };
static const char *const parts[PARTS] = { "state", "checkpoints", "config" };
static char *targets[PARTS];

/* Owners by name: the group of all stages may have another number here. */
static int unpack(const char *folder)
{
	char *argv[] = { "tar", "--extract", "--zstd", "--preserve-permissions", "--file",
		(char *)name, "--directory", (char *)folder, NULL };
	if (process_run(argv))
		return failure(EXIT_CONFIG, "%s: not a whole backup: tar cannot read it", name);
	return EXIT_OK;
}

static int check_mark(const char *folder)
{
	char *path = text_print("%s/" BACKUP_MARK, folder);
	struct buffer text = { 0 };
	int version = 0, status = EXIT_OK;
	if (file_read(path, 1 << 10, &text))
		text.len = 0;
	buffer_add_char(&text, 0);
	if (sscanf((const char *)text.data, "duto backup %d\n", &version) != 1 || version < 1)
		status = failure(EXIT_CONFIG, "%s: not what duto backup writes", name);
	else if (version > BACKUP_VERSION)
		status = failure(EXIT_CONFIG,
			"%s: the backup is of format %d, this program knows up to %d: use a newer duto",
			name, version, BACKUP_VERSION);
	buffer_free(&text);
	free(path);
	return status;
}

struct comparison {
	const char *from, *to;
	uint64_t conflicts;
	char *first;
};

static bool is_same(const char *a, const char *b)
{
	char *argv[] = { "cmp", "--silent", (char *)a, (char *)b, NULL };
	return process_run(argv) == 0;
}

static int compare(const char *relative, void *context)
{
	struct comparison *c = context;
	char *from = text_print("%s/%s", c->from, relative);
	char *to = text_print("%s/%s", c->to, relative);
	struct stat st;
	if (lstat(to, &st) == 0 && !is_same(from, to) && !c->conflicts++)
		c->first = text_print("%s", to);
	free(from);
	free(to);
	return 0;
}

static int check_room(const char *folder)
{
	struct comparison c = { 0 };
	for (int i = 0; i < PARTS; i++) {
		char *from = text_print("%s/%s", folder, parts[i]);
		c.from = from;
		c.to = targets[i];
		copy_files(from, compare, &c);
		free(from);
	}
	if (!c.conflicts)
		return EXIT_OK;
	return failure(EXIT_CONFIG,
		"%s is there already and differs, and %" PRIu64
		" more: nothing was restored; move away what is in %s, "
		"%s and %s first",
		c.first, c.conflicts - 1, targets[0], targets[1], targets[2]);
}

/* A keep gives on with numbers that a database may know from the time behind the backup. */
static int renew(const char *path, void *context)
{
	return keep_renew(path, context);
}

static int renew_keeps(const char *folder)
{
	char *error = NULL, *state = text_print("%s/state", folder);
	int r = statedir_keeps(state, renew, &error), status = EXIT_OK;
	if (r && r != -ENOENT)
		status = failure_with(
			EXIT_CONFIG, error ? error : text_print("%s: %s", name, strerror(-r)));
	free(state);
	return status;
}

static int put_back(const char *folder)
{
	for (int i = 0; i < PARTS; i++) {
		char *from = text_print("%s/%s", folder, parts[i]);
		int r = access(from, F_OK) ? 0 : copy_tree(from, targets[i]);
		free(from);
		if (r)
			return failure(EXIT_SYSTEM, "%s: %s", targets[i], strerror(-r));
	}
	sync();
	return EXIT_OK;
}

static int restore(const char *folder)
{
	int status = unpack(folder);
	status = status ? status : check_mark(folder);
	status = status ? status : renew_keeps(folder);
	status = status ? status : check_room(folder);
	return status ? status : put_back(folder);
}

int command_restore(int argc, char **argv)
{
	char *error = NULL, *folder;
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	umask(007); /* stages read, by their group, what is made anew in their keeps */
	folder = backup_folder(&error);
	if (!folder)
		return failure_with(EXIT_SYSTEM, error);
	targets[0] = statedir_root();
	targets[1] = backup_checkpoints();
	targets[2] = statedir_config();
	status = restore(folder);
	copy_remove(folder);
	for (int i = 0; i < PARTS; i++)
		free(targets[i]);
	free(folder);
	return status;
}
