/* duto man: pages of the manual in the language of man(7), from what the tables of options say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "filter.h"
#include "libexec.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "pipelines/version.h"
#include "roff.h"

static void put_head(const char *title, int section, const char *name, const char *summary)
{
	printf(".TH %s %d \"\" \"duto %s\" \"Duto\"\n.SH NAME\n%s \\- ", title, section,
		duto_version, name);
	roff_text(summary);
	putchar('\n');
}

static void put_exits(void)
{
	fputs(".SH EXIT STATUS\n"
	      ".TP\n.B 0\nall is passed on\n"
	      ".TP\n.B 100\nwhat a person wrote is wrong; restarting does not help\n"
	      ".TP\n.B 111\nthe system failed: a disk, a device; restarting may help\n",
		stdout);
}

static void put_option(const json_t *option)
{
	const char *arg = describe_text(option, "arg"), *given = describe_text(option, "default");
	bool positional = json_is_true(json_object_get(option, "positional"));
	printf(".TP\n\\fB%s", positional ? "" : "\\-\\-");
	roff_text(describe_text(option, "name"));
	fputs("\\fR", stdout);
	if (*arg) {
		fputs(" \\fI", stdout);
		roff_text(arg);
		fputs("\\fR", stdout);
	}
	putchar('\n');
	roff_text(describe_text(option, "help"));
	if (*describe_text(option, "choices")) {
		fputs(": ", stdout);
		roff_text(describe_text(option, "choices"));
	}
	if (json_is_true(json_object_get(option, "required")))
		fputs(" (required)", stdout);
	if (json_is_true(json_object_get(option, "repeat")))
		fputs(" (repeats)", stdout);
	if (*given) {
		fputs(" [", stdout);
		roff_text(given);
		fputs("]", stdout);
	}
	putchar('\n');
}

static void put_usage(const char *name, const json_t *options)
{
	size_t i;
	const json_t *option;
	printf(".SH SYNOPSIS\n.B duto %s\n[\\fIOPTION\\fR]...", name);
	json_array_foreach(options, i, option)
	{
		bool required = json_is_true(json_object_get(option, "required"));
		if (!json_is_true(json_object_get(option, "positional")))
			continue;
		printf(required ? " \\fI%s\\fR%s" : " [\\fI%s\\fR%s]",
			describe_text(option, "name"),
			json_is_true(json_object_get(option, "repeat")) ? "..." : "");
	}
	putchar('\n');
}

static void put_filter(const char *name, const json_t *description)
{
	const json_t *options = json_object_get(description, "options"), *option;
	const char *input = describe_text(description, "input");
	const char *output = describe_text(description, "output");
	char title[64];
	size_t i;
	snprintf(title, sizeof(title), "duto-%s", name);
	put_head(title, 1, title, describe_text(description, "summary"));
	put_usage(name, options);
	printf(".SH DESCRIPTION\nReads %s, writes %s.\n",
		strcmp(input, "bytes") == 0  ? "text"
		: strcmp(input, "none") == 0 ? "nothing"
					     : input,
		strcmp(output, "none") == 0 ? "nothing" : output);
	roff_paragraphs(describe_text(description, "details"));
	printf(".SH OPTIONS\n");
	json_array_foreach(options, i, option) put_option(option);
	put_exits();
	printf(".SH SEE ALSO\n.BR duto (1),\n.BR duto-pipeline (5)\n");
}

static int put_filter_page(const char *name)
{
	char *path = libexec_path(name);
	json_t *description = path ? describe(path, name) : NULL;
	bool known = path;
	free(path);
	if (!known)
		return failure(EXIT_CONFIG, "there is no filter \"%s\" (duto list)", name);
	if (!description)
		return failure(EXIT_SYSTEM, "%s does not answer to --describe", name);
	put_filter(name, description);
	json_decref(description);
	return EXIT_OK;
}

static void put_commands(void)
{
	printf(".SH COMMANDS\n");
	for (const struct command *c = commands; c->name; c++) {
		printf(".SS \"%s ", c->name);
		roff_text(c->arguments);
		printf("\"\n");
		roff_text(c->summary);
		printf("\n");
		if (!*c->details)
			continue;
		printf(".PP\n.nf\n");
		roff_lines(c->details);
		printf(".fi\n");
	}
}

static void put_filters(void)
{
	size_t count;
	const char *const *names = libexec_filters(&count);
	printf(".SH FILTERS\nEach has a page of its own.\n");
	for (size_t i = 0; i < count; i++) {
		char *path = libexec_path(names[i]);
		json_t *description = path ? describe(path, names[i]) : NULL;
		printf(".TP\n.BR duto\\-%s (1)\n", names[i]);
		roff_text(describe_text(description, "summary"));
		printf("\n");
		json_decref(description);
		free(path);
	}
}

static void put_duto(void)
{
	put_head("duto", 1, "duto", "plumbing for plant telemetry");
	printf(".SH SYNOPSIS\n.B duto\n\\fIFILTER\\fR [\\fIOPTION\\fR]...\n.br\n.B duto\n"
	       "\\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n.SH DESCRIPTION\n"
	       "Runs a filter: samples come in at standard input and go out at standard output,\n"
	       "and a shell's | joins filters. Or runs a command about filters and pipelines.\n");
	put_commands();
	put_filters();
	put_exits();
	printf(".SH SEE ALSO\n.BR duto-pipeline (5)\n");
}

int command_man(int argc, char **argv)
{
	if (argc > 2)
		return failure(EXIT_CONFIG, "man takes one name, found \"%s\"", argv[2]);
	if (argc == 2)
		return put_filter_page(argv[1]);
	put_duto();
	return EXIT_OK;
}
