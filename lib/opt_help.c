/* The option table for people and for programs. */
#include "opt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "opt_parts.h"
#include "text.h"

static const char *type_name(enum opt_type type)
{
	static const char *const names[] = {
		[OPT_FLAG] = "flag",
		[OPT_TEXT] = "text",
		[OPT_FILE] = "file",
		[OPT_OUTPUT] = "output",
		[OPT_KEEP] = "keep",
		[OPT_CHOICE] = "choice",
		[OPT_INTEGER] = "integer",
		[OPT_SIZE] = "size",
		[OPT_NUMBER] = "number",
		[OPT_DURATION] = "duration",
		[OPT_TIME] = "time",
		[OPT_LIST] = "list",
	};
	return names[type];
}

static void format_duration(char *to, size_t size, int64_t ns)
{
	static const struct {
		int64_t ns;
		const char *unit;
	} units[] = { { INT64_C(86400000000000), "d" }, { INT64_C(3600000000000), "h" },
		{ INT64_C(60000000000), "m" }, { 1000000000, "s" }, { 1000000, "ms" },
		{ 1000, "us" }, { 1, "ns" } };
	size_t i = 0;
	while (i < 6 && ns % units[i].ns)
		i++;
	snprintf(to, size, "%" PRId64 "%s", ns / units[i].ns, units[i].unit);
}

/* The default as text; empty where there is none worth telling. Only before parsing, or where not
 * given. */
static void format_default(const struct opt *o, char *to, size_t size)
{
	to[0] = 0;
	if (o->repeat || o->required || !o->to || opt_given(o->to))
		return;
	int64_t i = o->type == OPT_INTEGER || o->type == OPT_SIZE || o->type == OPT_DURATION
			    ? *(int64_t *)o->to
			    : 0;
	if (o->type == OPT_DURATION && i)
		format_duration(to, size, i);
	else if ((o->type == OPT_INTEGER || o->type == OPT_SIZE) && i)
		snprintf(to, size, "%" PRId64, i);
	else if (o->type == OPT_NUMBER && *(double *)o->to)
		snprintf(to, size, "%g", *(double *)o->to);
	else if (opt_is_text(o->type) && *(const char **)o->to)
		snprintf(to, size, "%s", *(const char **)o->to);
}

static int head_text(const struct opt *o, char *to, size_t size)
{
	const char *arg = o->arg ? o->arg : o->type == OPT_CHOICE ? o->choices : "VALUE";
	if (o->positional)
		return snprintf(to, size, "%s%s", o->name, o->repeat ? "..." : "");
	if (o->type == OPT_FLAG)
		return snprintf(to, size, "--%s", o->name);
	return snprintf(to, size, "--%s %s", o->name, arg);
}

enum { HELP_WIDTH = 96, HELP_INDENT = 30 };

void opt_wrap(const char *text, int indent, int column, FILE *to)
{
	while (*text) {
		int word = (int)strcspn(text, " \n");
		if (column > indent && column + 1 + word > HELP_WIDTH)
			column = fprintf(to, "\n%*s", indent, "") - 1;
		else if (column > indent)
			column += fprintf(to, " ");
		column += fprintf(to, "%.*s", word, text);
		text += word;
		if (*text == '\n')
			column = fprintf(to, "\n%*s", indent, "") - 1;
		if (*text)
			text++;
	}
	fputc('\n', to);
}

static void print_option(const struct opt *o, FILE *to)
{
	char head[128], value[256];
	int column = 2 + head_text(o, head, sizeof(head));
	format_default(o, value, sizeof(value));
	char *help = text_print("%s%s%s%s%s%s%s%s", o->help, o->choices && o->arg ? ": " : "",
		o->choices && o->arg ? o->choices : "", value[0] ? " [" : "", value,
		value[0] ? "]" : "", o->required ? " (required)" : "",
		o->repeat && !o->positional ? " (repeats)" : "");
	fprintf(to, "  %s", head);
	if (column + 2 > HELP_INDENT)
		fprintf(to, "\n%*s", HELP_INDENT, "");
	else
		fprintf(to, "%*s", HELP_INDENT - column, "");
	opt_wrap(help, HELP_INDENT, HELP_INDENT, to);
	free(help);
}

void opt_help(const struct opt *table, FILE *to)
{
	for (const struct opt *o = table; o->name; o++)
		print_option(o, to);
}

void opt_json(const char *text, FILE *to)
{
	fputc('"', to);
	for (const char *c = text; *c; c++)
		if (*c == '"' || *c == '\\')
			fprintf(to, "\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			fprintf(to, "\\u%04x", *c);
		else
			fputc(*c, to);
	fputc('"', to);
}

static void print_member(FILE *to, const char *key, const char *value)
{
	fprintf(to, ",\"%s\":", key);
	opt_json(value, to);
}

void opt_describe(const struct opt *table, FILE *to, bool first)
{
	for (const struct opt *o = table; o->name; o++) {
		char value[256];
		format_default(o, value, sizeof(value));
		fputs(first ? "{\"name\":" : ",{\"name\":", to);
		opt_json(o->name, to);
		print_member(to, "type", type_name(o->type));
		if (o->arg)
			print_member(to, "arg", o->arg);
		print_member(to, "help", o->help ? o->help : "");
		if (value[0])
			print_member(to, "default", value);
		if (o->choices)
			print_member(to, "choices", o->choices);
		fprintf(to, ",\"required\":%s,\"repeat\":%s,\"positional\":%s}",
			o->required ? "true" : "false", o->repeat ? "true" : "false",
			o->positional ? "true" : "false");
		first = false;
	}
}
