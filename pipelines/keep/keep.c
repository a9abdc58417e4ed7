/* duto keep: what is kept, for people. */
#include "keep_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "pipelines/commands.h"
#include "pipelines/describe/libexec.h"
#include "pipelines/failure.h"
#include "statedir.h"

static const char *name, *cursor;

#define KEEP_ARGUMENT                                                                              \
	{                                                                                          \
		.name = "keep", .type = OPT_TEXT, .to = &name, .positional = true,                 \
		.required = true, .help = "a folder, or PIPELINE/STAGE"                            \
	}

char *keep_command_find(const char *wanted)
{
	char *path = statedir_find(wanted), *root = statedir_root();
	if (!path)
		failure(EXIT_CONFIG, "%s: there is no such folder, and no keep of that name in %s",
			wanted, root);
	free(root);
	return path;
}

void keep_command_time(char to[TIMESTAMP_TEXT], int64_t time)
{
	strcpy(to, "-");
	if (!time)
		return;
	timestamp_format(to, time);
	to[10] = ' ';
	to[19] = 0;
}

int keep_command_failed(const char *path, int error, char *message)
{
	if (error != -ENOENT && error != -ENOTDIR)
		return failure_with(error == -EIO ? EXIT_SYSTEM : EXIT_CONFIG, message);
	free(message);
	return failure(EXIT_CONFIG, "%s: not a keep", path);
}

static void found_corrupt(const char *message, void *context)
{
	(void)context;
	failure(EXIT_SYSTEM, "%s", message);
}

static int verify(int argc, char **argv)
{
	static const struct opt options[] = { KEEP_ARGUMENT, OPT_END };
	struct keep_info info = { 0 };
	char *error = NULL, *path;
	int status = command_parse(options, argc, argv);
	if (status || !(path = keep_command_find(name)))
		return status ? status : EXIT_CONFIG;
	int64_t corrupt = keep_info(path, &info, &error);
	if (!corrupt)
		corrupt = keep_verify(path, found_corrupt, NULL, &error);
	if (corrupt < 0) {
		status = keep_command_failed(path, (int)corrupt, error);
	} else {
		printf("%s: %" PRIu64 " samples, %" PRId64 " corrupt blocks\n", name,
			info.last - info.first + (info.last > 0), corrupt);
		status = corrupt ? EXIT_SYSTEM : EXIT_OK;
	}
	keep_info_free(&info);
	free(path);
	return status;
}

static int export(int argc, char **argv)
{
	char *program = libexec_path("replay");
	(void)argc;
	if (!program)
		return failure(EXIT_CONFIG, "there is no filter \"replay\"");
	argv[0] = "replay";
	execv(program, argv);
	return failure(EXIT_SYSTEM, "%s: %s", program, strerror(errno));
}

static int forget(int argc, char **argv)
{
	static const struct opt options[] = {
		KEEP_ARGUMENT,
		{ .name = "name",
			.type = OPT_TEXT,
			.to = &cursor,
			.positional = true,
			.required = true,
			.help = "the cursor's name" },
		OPT_END,
	};
	char *path;
	int status = command_parse(options, argc, argv);
	if (status || !(path = keep_command_find(name)))
		return status ? status : EXIT_CONFIG;
	int r = keep_cursor_forget(path, cursor);
	free(path);
	if (r == -ENOENT || r == -EINVAL)
		return failure(EXIT_CONFIG, "%s has no cursor \"%s\" (duto keep info %s)", name,
			cursor, name);
	return r ? failure(EXIT_SYSTEM, "%s: %s: %s", name, cursor, strerror(-r)) : EXIT_OK;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} words[] = {
	{ "ls", keep_command_ls },
	{ "info", keep_command_info },
	{ "verify", verify },
	{ "export", export },
	{ "forget", forget },
};

int command_keep(int argc, char **argv)
{
	enum { WORDS = sizeof(words) / sizeof(*words) };
	const char *names[WORDS];
	for (size_t i = 0; i < WORDS; i++) {
		names[i] = words[i].name;
		if (argc > 1 && strcmp(argv[1], names[i]) == 0)
			return words[i].run(argc - 1, argv + 1);
	}
	if (argc < 2)
		return failure(EXIT_CONFIG,
			"keep needs one of ls, info, verify, export, forget (duto help keep)");
	const char *meant = opt_suggest(argv[1], names, WORDS);
	return failure(EXIT_CONFIG, "keep has no word \"%s\" (%s%s)", argv[1],
		meant ? "did you mean " : "duto help keep lists them", meant ? meant : "");
}
