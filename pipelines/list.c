#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "describe.h"
#include "filter.h"
#include "libexec.h"

static int list_one(const char *name, int width)
{
	char *path = libexec_path(name);
	json_t *description = describe(path, name);
	if (description)
		printf("%-*s  %s\n", width, name, describe_text(description, "summary"));
	else
		fprintf(stderr, "duto: error: %s does not answer to --describe\n", path);
	json_decref(description);
	free(path);
	return description ? EXIT_OK : EXIT_SYSTEM;
}

int command_list(int argc, char **argv)
{
	size_t count;
	const char *const *names = libexec_filters(&count);
	int width = 0, status = EXIT_OK;
	if (argc > 1) {
		fprintf(stderr, "duto: error: list takes no arguments, found \"%s\"\n", argv[1]);
		return EXIT_CONFIG;
	}
	for (size_t i = 0; i < count; i++)
		width = (int)strlen(names[i]) > width ? (int)strlen(names[i]) : width;
	for (size_t i = 0; i < count; i++)
		if (list_one(names[i], width) != EXIT_OK)
			status = EXIT_SYSTEM;
	return status;
}
