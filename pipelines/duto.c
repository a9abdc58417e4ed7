/* duto: runs filters, and the commands about filters and pipelines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocate.h"
#include "commands.h"
#include "filter.h"
#include "pipelines/describe/libexec.h"
#include "version.h"

static int unknown(const char *word)
{
	size_t count, n = 0;
	const char *const *filters = libexec_filters(&count);
	const char **names = allocate(count + command_count(), sizeof(*names));
	for (const struct command *c = commands; c->name; c++)
		names[n++] = c->name;
	for (size_t i = 0; i < count; i++)
		names[n++] = filters[i];
	const char *meant = opt_suggest(word, names, n);
	if (meant)
		fprintf(stderr,
			"duto: error: there is no filter or command \"%s\" (did you mean %s?)\n",
			word, meant);
	else
		fprintf(stderr,
			"duto: error: there is no filter or command \"%s\" (duto help lists "
			"them)\n",
			word);
	free(names);
	return EXIT_CONFIG;
}

static int help_command(const struct command *c)
{
	printf("usage: duto %s%s%s\n\n%s\n", c->name, *c->arguments ? " " : "", c->arguments,
		c->summary);
	if (*c->details)
		printf("\n%s", c->details);
	return EXIT_OK;
}

static int help_all(FILE *to)
{
	fprintf(to, "usage: duto FILTER [OPTION...]    run a filter: samples come in at "
		    "standard input and go out\n"
		    "                                  at standard output; `|` joins filters\n"
		    "       duto COMMAND [ARGUMENT...]\n\n"
		    "commands:\n");
	for (const struct command *c = commands; c->name; c++)
		fprintf(to, "  %-17s%s\n", c->name, c->summary);
	fprintf(to, "\n"
		    "`duto list` lists the filters; `duto help NAME` explains one of them or a "
		    "command.\n");
	return EXIT_OK;
}

/* Does not return where the filter is there. */
static void exec_filter(char **argv)
{
	char *path = libexec_path(argv[0]);
	if (!path)
		return;
	execv(path, argv);
	fprintf(stderr, "duto: error: %s: %s\n", path, strerror(errno));
	exit(EXIT_SYSTEM);
}

int command_help(int argc, char **argv)
{
	if (argc < 2)
		return help_all(stdout);
	const struct command *c = command_find(argv[1]);
	if (c)
		return help_command(c);
	exec_filter((char *[]){ argv[1], "--help", NULL });
	return unknown(argv[1]);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		help_all(stderr);
		return EXIT_CONFIG;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("duto %s\n", duto_version);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--help") == 0)
		return help_all(stdout);
	const struct command *c = command_find(argv[1]);
	if (c && argc > 2 && strcmp(argv[argc - 1], "--help") == 0)
		return help_command(c);
	if (c)
		return c->run(argc - 1, argv + 1);
	exec_filter(argv + 1);
	return unknown(argv[1]);
}
