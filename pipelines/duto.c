/* duto: runs filters, and the commands about filters and pipelines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "filter.h"
#include "libexec.h"

#define DUTO_VERSION "0.1"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *summary, *details;
};

static const struct command commands[] = {
	{ "bill-explain", command_bill_explain, "[FILE]", "tell how each line of a bill came about",
		"FILE holds bills as duto to-json writes them; without it they come from standard "
		"input:\n"
		"duto replay energy/bill | duto to-json | duto bill-explain\n" },
	{ "check", command_check, "FILE...",
		"find every mistake in pipeline files, before anything starts",
		"Each mistake is told as FILE:LINE:COLUMN: what is wrong. Nothing is started "
		"but the filters'\n"
		"own --check and --describe. Exit 0 where there is none, 100 where there is "
		"one.\n" },
	{ "graph", command_graph, "FILE [--dot]", "draw a pipeline",
		"Solid lines are edges (from), dashed ones taps. --dot writes Graphviz's "
		"language instead:\n"
		"duto graph mill.yaml --dot | dot -Tsvg > mill.svg\n" },
	{ "help", command_help, "[FILTER|COMMAND]", "explain duto, a filter or a command", "" },
	{ "historian-setup", command_historian_setup,
		"URL [--role NAME] [--reader NAME] [--password-file FILE] [--run]",
		"print the SQL for the historian's role and database, and for a role that only reads",
		"duto historian-setup postgresql:///plant | psql -d postgres. --run runs it instead, "
		"as the URL's role,\n"
		"which has to be allowed to make roles and databases; its password comes from "
		"libpq's own places\n"
		"(~/.pgpass). --role is the historian's role (duto), --reader the one that only reads "
		"(duto_reader):\n"
		"for Power BI and Grafana. --password-file and --reader-password-file hold the "
		"passwords that they\n"
		"get; what is printed is what the server stores, not the password.\n" },
	{ "keep", command_keep, "ls|info|verify|export|forget ...",
		"look at what is kept, and after it",
		"  ls [KEEP|PIPELINE|FOLDER...] [--json]   keeps, one a line: samples, size, times, who "
		"writes\n"
		"  info KEEP [--json]                      all about one: segments, repeats, what was "
		"set\n"
		"                                          aside, how far each reader has come\n"
		"  verify KEEP                             read every block; each that is corrupt is "
		"named by\n"
		"                                          file and offset. Exit 0: none is, 111: one "
		"is\n"
		"  export KEEP [OPTION...] > FILE          its samples as they were: duto replay, with "
		"its options\n"
		"  forget KEEP NAME                        take away a reader's cursor, which holds "
		"back retention\n\n"
		"KEEP is a folder, or PIPELINE/STAGE. Keeps of pipelines are under $DUTO_STATE_DIR; "
		"without it\n"
		"/var/lib/duto for root, else $XDG_STATE_HOME/duto, else ~/.local/state/duto.\n" },
	{ "keygen", command_keygen, "NAME", "make a key pair for links over tcp",
		"Writes NAME.key, which stays on this machine, and NAME.pub, which the other "
		"side needs.\n" },
	{ "list", command_list, "", "list the filters, one a line", "" },
	{ "model", command_model, "show|convert ...", "look at models of trees, and convert them",
		"  show FILE [--json]    what it is: features, classes, trees, what its splits use, its "
		"digest\n"
		"  convert FROM TO       write it as ONNX where TO ends with .onnx, else as Duto's "
		"text, and tell\n"
		"                        what that file does not hold\n\n"
		"FILE and FROM are Duto's text, ONNX (tree ensembles), XGBoost's JSON or LightGBM's "
		"text, told\n"
		"apart by what is in them. Pickles are never read: schemas/sklearn_to_duto.py writes "
		"Duto's text.\n" },
	{ "run", command_run,
		"FILE [--duration TIME] [--restart TIME] [--no-check]\n"
		"       duto run FILE --replay STAGE=KEEP [--replay ...] --out FOLDER [--since "
		"TIME] [--until TIME]\n"
		"                [--live STAGE,..]",
		"run a pipeline in the foreground, restarting what fails",
		"Checks the file as duto check does, then starts every stage. Messages of the "
		"stages go to\n"
		"standard error, each behind the name of its stage; text that stages write "
		"(to-json, print)\n"
		"goes to standard output as it is: duto run mill.yaml | jq .values\n\n"
		"Ctrl-C or SIGTERM stops the sources first, then what is behind them once it "
		"has passed on\n"
		"everything; a second one kills. A stage that fails is started again after 1s "
		"(--restart),\n"
		"twice that when it fails again, up to 30s. One that leaves with 100 has found "
		"something that\n"
		"a person must mend: the others are stopped.\n\n"
		"Exit 0 when all has ended, 100 where something must be mended, 111 where a "
		"stage could not\n"
		"pass on everything.\n\n"
		"With --replay the pipeline is evaluated on recordings instead: each in the place "
		"of a stage, a\n"
		"keep (a folder, or PIPELINE/STAGE) or a file of samples. What each stage gives "
		"goes to FOLDER.\n"
		"Stages that act on the world are left out, unless --live names them. The same "
		"recordings give\n"
		"the same files, byte for byte.\n" },
	{ "stage", command_stage, "FILE NAME", "run one stage of a pipeline",
		"As duto run does for each; for those who supervise stages themselves "
		"(systemd).\n" },
	{ "tap", command_tap, "PIPELINE/STAGE[#PATH] [--json]",
		"look at what a running stage gives on",
		"Shows its samples as duto print does, with --json as JSON lines. A tap never "
		"slows the stage:\n"
		"what it has no time for it loses. #PATH takes only sources under that path.\n" },
	{ "tariff-import", command_tariff_import,
		"FILE --zone NAME [--out FILE] [--label LABEL|--index N] [--name NAME]\n"
		"       [--currency CODE] [--without FIELD,..]",
		"make a tariff of a rate of OpenEI's database (URDB)",
		"FILE is JSON as URDB's API (versions 7 and 8) gives it. What a tariff cannot express is "
		"refused with its\n"
		"place in the JSON, such as energyratestructure[0][1].unit; --without leaves such "
		"fields out. Notes tell\n"
		"what was taken as what.\n" },
	{ "test", command_test, "FILE...", "run a pipeline's own golden cases, without its devices",
		"Each case under `tests` gives a stage samples and tells what must come "
		"out:\n\n"
		"    tests:\n"
		"      - name: a worn tool is found\n"
		"        stage: score\n"
		"        in: |\n"
		"          "
		"{\"time\":\"2026-01-01T00:00:00Z\",\"source\":\"m\",\"values\":{\"tool_wear\":240}}\n"
		"        out: |\n"
		"          {\"values\":{\"failure\":1}}\n\n"
		"`in` and `out` are JSON lines, as from-json and to-json have them. A source "
		"at the start of\n"
		"the stage is left out: `in` stands for what it would read. Of each line that "
		"comes out, what\n"
		"`out` names must be there with that value; schema samples count only where "
		"`out` names one.\n" },
	{ "top", command_top, "[PIPELINE] [--once]", "watch the stages of running pipelines",
		"Samples a second in and out, lag (how old the newest sample is), batches on "
		"the way, samples\n"
		"dropped and lost, CPU, memory and restarts of each stage; every second on a "
		"terminal.\n" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int unknown(const char *word)
{
	size_t count, n = 0;
	const char *const *filters = libexec_filters(&count);
	const char **names = calloc(count + COMMANDS, sizeof(*names));
	if (!names)
		abort();
	for (size_t i = 0; i < COMMANDS; i++)
		names[n++] = commands[i].name;
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
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-17s%s\n", commands[i].name, commands[i].summary);
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
	const struct command *c = find_command(argv[1]);
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
		printf("duto %s\n", DUTO_VERSION);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--help") == 0)
		return help_all(stdout);
	const struct command *c = find_command(argv[1]);
	if (c && argc > 2 && strcmp(argv[argc - 1], "--help") == 0)
		return help_command(c);
	if (c)
		return c->run(argc - 1, argv + 1);
	exec_filter(argv + 1);
	return unknown(argv[1]);
}
