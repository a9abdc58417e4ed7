#include "filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emit.h"
#include "fields.h"
#include "link/link.h"
#include "loop.h"
#include "message.h"
#include "notify.h"
#include "position.h"
#include "stat.h"
#include "text.h"

static struct opt_list ins, outs;
static struct link_security security;
static int64_t stop_after = 10 * SECONDS, given_run;
static bool help, describe, check, merge;
static const char *checkpoint;

#define LINKS(name, to, help)                                                                      \
	{                                                                                          \
		name, OPT_TEXT, to, "LINK", help, .repeat = true, .incidental = true               \
	}

static const struct opt in_option[] = {
	LINKS("in", &ins,
		"read samples from - (standard input), file:PATH, keep:DIR[#CURSOR], "
		"pull:ENDPOINT or sub:ENDPOINT[#path]"),
	{ "merge", OPT_FLAG, &merge,
		.help = "take the samples of several inputs in the order of their time, source, run "
			"and seq, not as they come",
		.incidental = true },
	{ "checkpoint", OPT_TEXT, &checkpoint, "FOLDER",
		"where what this filter remembers is saved, from keep to keep; else a folder in the "
		"keep that it writes",
		.incidental = true },
	OPT_END,
};
static const struct opt bytes_options[] = {
	LINKS("in", &ins, "read from - (standard input) or file:PATH"),
	{ "follow", OPT_FLAG, &security.follow, .help = "go on at the end of a file, as it grows",
		.incidental = true },
	OPT_END,
};
static const struct opt out_option[] = {
	LINKS("out", &outs,
		"write samples to - (standard output), file:PATH, keep:DIR, push:ENDPOINT or "
		"pub:ENDPOINT"),
	OPT_END,
};
static const struct opt text_option[] = {
	LINKS("out", &outs, "write text to - (standard output) or file:PATH"),
	OPT_END,
};
static const struct opt run_option[] = {
	{ "run", OPT_INTEGER, &given_run, "N",
		"the run of the samples made here, instead of the one that follows from the data",
		.min = 1, .max = 9e15, .incidental = true },
	OPT_END,
};
static const struct opt common_options[] = {
	{ "stop", OPT_DURATION, &stop_after, "TIME",
		"when told to stop, how long to go on: half for what is still coming in, half "
		"for what goes out",
		.incidental = true },
	{ "key", OPT_FILE, &security.key_file, "FILE",
		"this side's secret key for tcp links (duto keygen)", .incidental = true },
	{ "peers", OPT_FILE, &security.peer_file, "FILE",
		"public keys of the other side, one a line", .incidental = true },
	{ "insecure", OPT_FLAG, &security.insecure,
		.help = "allow tcp links beyond this machine without keys", .incidental = true },
	{ "help", OPT_FLAG, &help, .help = "print this and stop", .incidental = true },
	{ "describe", OPT_FLAG, &describe, .help = "print options and fields as JSON and stop",
		.incidental = true },
	{ "check", OPT_FLAG, &check, .help = "load and verify all that the options name, and stop",
		.incidental = true },
	OPT_END,
};
static const struct opt no_options[] = { OPT_END };

/* The filter's own options stand before the common ones and win where both have a name. */
static const struct opt *tables[6];

static bool has_own(const char *name)
{
	for (const struct opt *o = filter.options; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

static void choose_options(void)
{
	int n = 0;
	tables[n++] = filter.options ? filter.options : no_options;
	if (filter.bytes)
		tables[n++] = bytes_options;
	else if (filter.sample)
		tables[n++] = in_option;
	if (!filter.no_output && !has_own("out"))
		tables[n++] = filter.text_output ? text_option : out_option;
	if (!filter.text_output && !filter.no_output && !has_own("run"))
		tables[n++] = run_option;
	tables[n] = common_options;
}

bool checking(void)
{
	return check || describe;
}

const char *stage_name(void)
{
	const char *stage = getenv("DUTO_STAGE");
	return stage ? stage : message_program();
}

static const char *input_kind(void)
{
	return filter.bytes ? "bytes" : filter.sample ? "samples" : "none";
}

static const char *output_kind(void)
{
	return filter.no_output ? "none" : filter.text_output ? "text" : "samples";
}

static void print_usage(void)
{
	printf("usage: duto %s [OPTION]...", message_program());
	for (const struct opt *o = tables[0]; o->name; o++)
		if (o->positional)
			printf(o->required ? " %s%s" : " [%s%s]", o->name, o->repeat ? "..." : "");
	printf("\n%s.\n", filter.summary);
	if (filter.details) {
		printf("\n");
		opt_wrap(filter.details, 0, 0, stdout);
	}
}

static void print_help(void)
{
	print_usage();
	if (tables[0]->name)
		printf("\noptions:\n");
	opt_help(tables[0], stdout);
	printf("\noptions of every filter:\n");
	for (int i = 1; tables[i]; i++)
		opt_help(tables[i], stdout);
	printf("\n"
	       "reads %s, writes %s; leaves with 0 at the end, 100 when a person must mend "
	       "something, 111 when a restart may help\n",
		filter.bytes	? "text"
		: filter.sample ? "samples"
				: "no input",
		filter.no_output ? "nothing" : output_kind());
}

static const char *truth(bool v)
{
	return v ? "true" : "false";
}

static const char *const reaches[] = { [REACH_NONE] = "none",
	[REACH_ADDRESS] = "address",
	[REACH_CLIENT] = "client",
	[REACH_LISTENER] = "listener" };

static void print_description(bool complete)
{
	static struct fields fields; /* its names stay until the end */
	fields.open = !complete;
	printf("{\"name\":");
	opt_json(message_program(), stdout);
	printf(",\"summary\":");
	opt_json(filter.summary, stdout);
	printf(",\"details\":");
	opt_json(filter.details ?: "", stdout);
	printf(",\"input\":\"%s\",\"output\":\"%s\",\"clocked\":%s,\"state\":%s,"
	       "\"acts\":%s,\"commits\":%s,\"reach\":\"%s\",\"options\":[",
		input_kind(), output_kind(), truth(filter.clocked), truth(filter.save != NULL),
		truth(filter.acts), truth(filter.commits), reaches[filter.reach]);
	for (int i = 0; tables[i]; i++)
		opt_describe(tables[i], stdout, i == 0 || (i == 1 && !tables[0]->name));
	printf("]");
	if (complete && filter.fields)
		filter.fields(&fields);
	fields_print(&fields, stdout);
	printf("}\n");
}

/* The files named as words are inputs of a filter that reads bytes. */
static void take_files(void)
{
	for (const struct opt *o = tables[0]; filter.bytes && o->name; o++) {
		const struct opt_list *files = o->to;
		if (!o->positional || !o->repeat || o->type != OPT_FILE || !opt_given(o->to))
			continue;
		ins.words = reallocarray(ins.words, ins.count + files->count, sizeof(*ins.words));
		for (size_t i = 0; i < files->count; i++) {
			bool standard = strcmp(files->words[i], "-") == 0;
			ins.words[ins.count++] =
				text_print(standard ? "%s" : "file:%s", files->words[i]);
		}
	}
}

static bool suits(const char *link, bool bytes)
{
	return !bytes || strcmp(link, "-") == 0 || strncmp(link, "file:", 5) == 0;
}

static void open_links(
	const struct opt_list *names, enum link_direction direction, struct link **to, int *count)
{
	static const char *const standard[] = { "-" };
	const char *const *words = names->count ? names->words : standard;
	size_t n = names->count ? names->count : 1;
	bool text = direction == LINK_IN ? filter.bytes != NULL : filter.text_output;
	security.lines = direction == LINK_OUT && text;
	for (size_t i = 0; i < n; i++) {
		char *error = NULL;
		if (!suits(words[i], text))
			die_config("%s: text is %s - or file:PATH only", words[i],
				direction == LINK_IN ? "read from" : "written to");
		if (*count == LOOP_LINKS)
			die_config("more than %d links", LOOP_LINKS);
		int r = link_open(&to[*count], words[i], direction, &security, &error);
		if (r == -EINVAL || r == -ENOENT || r == -EACCES)
			die_config("%s", error);
		if (r)
			die_system("%s", error ? error : strerror(-r));
		++*count;
	}
}

/* Samples are bytes that mean nothing to a terminal. */
static void refuse_terminals(void)
{
	if (loop_reads() && filter.sample && !ins.count && isatty(STDIN_FILENO))
		die_config("expected samples on standard input, which is a terminal: pipe them "
			   "in, or name a link with --in");
	if (!filter.no_output && !filter.text_output && !outs.count && isatty(STDOUT_FILENO))
		die_config("standard output is a terminal, samples are not for the eye: add | "
			   "duto print, or name a link with --out");
}

static void parse(int argc, char **argv)
{
	char *error;
	choose_options();
	if (opt_parse(tables, argc, argv, &error))
		die_config("%s", error);
	if (help) {
		print_help();
		exit(EXIT_OK);
	}
	const struct opt *missing = opt_missing(tables);
	if (describe && !check && (missing || argc == 2)) {
		print_description(false);
		exit(EXIT_OK);
	}
	if (missing)
		die_config("%s%s is required: %s", missing->positional ? "" : "--", missing->name,
			missing->help);
}

static void start(void)
{
	stat_open(checking() ? NULL : getenv("DUTO_STAT"), stage_name(), message_program());
	emit_setup(filter.clocked, opt_hash(tables), given_run);
	position_setup(opt_hash(tables), checkpoint);
	take_files();
	if (filter.start)
		filter.start();
	if (describe)
		print_description(true);
	if (checking())
		exit(EXIT_OK);
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	loop_listen();
	start();
	refuse_terminals();
	if (loop_reads())
		open_links(&ins, LINK_IN, loop_inputs, &loop_input_count);
	if (!filter.no_output)
		open_links(&outs, LINK_OUT, loop_outputs, &loop_output_count);
	notify("READY=1");
	return loop_run(stop_after, merge);
}
