#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "filter.h"
#include "libexec.h"
#include "pipelines/commands.h"

static bool json;

static const struct opt options[] = {
	{ .name = "json",
		.type = OPT_FLAG,
		.to = &json,
		.help = "all that they say of themselves, as one object" },
	OPT_END,
};

static json_t *ask(const char *name)
{
	char *path = libexec_path(name);
	json_t *description = describe(path, name);
	if (!description)
		fprintf(stderr, "duto: error: %s does not answer to --describe\n", path);
	free(path);
	return description;
}

static int list_json(const char *const *names, size_t count)
{
	json_t *all = json_object();
	int status = EXIT_OK;
	for (size_t i = 0; i < count; i++)
		if (json_object_set_new(all, names[i], ask(names[i])))
			status = EXIT_SYSTEM;
	json_dumpf(all, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(all);
	return status;
}

static int list_lines(const char *const *names, size_t count)
{
	int width = 0, status = EXIT_OK;
	for (size_t i = 0; i < count; i++)
		width = (int)strlen(names[i]) > width ? (int)strlen(names[i]) : width;
	for (size_t i = 0; i < count; i++) {
		json_t *description = ask(names[i]);
		if (description)
			printf("%-*s  %s\n", width, names[i],
				describe_text(description, "summary"));
		else
			status = EXIT_SYSTEM;
		json_decref(description);
	}
	return status;
}

int command_list(int argc, char **argv)
{
	size_t count;
	int r = command_parse(options, argc, argv);
	if (r != EXIT_OK)
		return r;
	const char *const *names = libexec_filters(&count);
	return json ? list_json(names, count) : list_lines(names, count);
}
