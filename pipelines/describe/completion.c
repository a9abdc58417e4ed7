/* duto completion: what bash may put in the place of a word, from the tables of options. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "filter.h"
#include "libexec.h"
#include "pipelines/commands.h"
#include "str.h"

/* What bash leaves to files when nothing comes. Its lists of words end a word at = and : too. */
static const char script[] =
	"_duto() {\n"
	"\tlocal IFS=$'\\n' current=${COMP_WORDS[COMP_CWORD]}\n"
	"\tCOMPREPLY=($(compgen -W \"$(duto completion \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
	"2>/dev/null)\" -- \"$current\"))\n"
	"}\n"
	"complete -o default -F _duto duto\n";

static void put_names(void)
{
	size_t count;
	const char *const *filters = libexec_filters(&count);
	for (const struct command *c = commands; c->name; c++)
		puts(c->name);
	for (size_t i = 0; i < count; i++)
		puts(filters[i]);
}

/* The options that the help of a command names. */
static void put_words_of(const char *text)
{
	for (const char *dash = strstr(text, "--"); dash; dash = strstr(dash, "--")) {
		size_t len = strspn(dash, "-abcdefghijklmnopqrstuvwxyz");
		if (len > 2)
			printf("%.*s\n", (int)len, dash);
		dash += len;
	}
}

static void put_choices(const json_t *option)
{
	const char *choices = describe_text(option, "choices");
	for (size_t len; *choices; choices += len + (choices[len] != 0)) {
		len = strcspn(choices, "|");
		printf("%.*s\n", (int)len, choices);
	}
}

/* The option that a word gives a value to: --map of `--map FILE`. */
static const json_t *option_of(const json_t *options, const char *word)
{
	size_t i;
	const json_t *option;
	json_array_foreach(options, i, option)
	{
		bool flag = strcmp(describe_text(option, "type"), "flag") == 0;
		if (!flag && strncmp(word, "--", 2) == 0 &&
			strcmp(word + 2, describe_text(option, "name")) == 0)
			return option;
	}
	return NULL;
}

static void put_options(const json_t *options, bool dashed)
{
	size_t i;
	const json_t *option;
	json_array_foreach(options, i, option)
	{
		bool positional = json_is_true(json_object_get(option, "positional"));
		if (dashed && !positional)
			printf("--%s\n", describe_text(option, "name"));
		else if (!dashed && positional)
			put_choices(option);
	}
}

static void put_of_filter(const char *name, const char *before, const char *current)
{
	char *path = libexec_path(name);
	json_t *description = path ? describe(path, name) : NULL;
	const json_t *options = json_object_get(description, "options");
	const json_t *valued = option_of(options, before);
	if (valued)
		put_choices(valued);
	else
		put_options(options, *current == '-');
	json_decref(description);
	free(path);
}

int command_completion(int argc, char **argv)
{
	const struct command *c = argc > 2 ? command_find(argv[1]) : NULL;
	const char *current = argv[argc - 1];
	if (argc == 1)
		fputs(script, stdout);
	else if (argc == 2 || (c && c->run == command_help))
		put_names();
	else if (!c)
		put_of_filter(argv[1], argv[argc - 2], current);
	else if (*current == '-') {
		put_words_of(c->arguments);
		put_words_of(c->details);
	}
	return EXIT_OK;
}
