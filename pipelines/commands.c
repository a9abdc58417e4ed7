/* What the commands of duto are called, and what --help and the manual say of them. */
#include "commands.h"

#include <string.h>

const struct command commands[] = {
	{ "apply", command_apply, "[--dry-run]", "bring systemd to what /etc/duto/pipelines says",
		"Checks every pipeline file there as duto check does; with a mistake in any, nothing "
		"changes.\n"
		"Then systemd loads the units anew: stages that are gone are stopped, those that "
		"changed are\n"
		"restarted, new ones are started, and the others go on undisturbed. A pipeline that "
		"was stopped by\n"
		"hand stays so. --dry-run tells what would be done to the units that are loaded "
		"now.\n" },
	{ "backup", command_backup, "FILE",
		"write what pipelines keep and remember, and their setup, to a file",
		"While they run: it is what a power cut at one moment would have left, and who goes "
		"on from it\n"
		"takes every sample once. FILE is a tar archive, packed by zstd, for its owner only: "
		"it holds\n"
		"the secrets of /etc/duto. The programs tar and zstd write it. What PostgreSQL holds "
		"is not in\n"
		"it: pg_dump.\n" },
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
	{ "completion", command_completion, "[WORD...]",
		"complete words in bash: eval \"$(duto completion)\"",
		"Without words it prints what bash needs. With the words behind `duto`, the last "
		"of them as far\n"
		"as it was typed, it prints what may stand in its place, one a line.\n" },
	{ "doctor", command_doctor, "[--json] [--all] [--room SHARE] [--devices FOLDER]",
		"find what is missing or wrong on this machine, and what mends it",
		"Looks at the clock, the room on disks, the rights on serial ports, the modes of "
		"secrets, the\n"
		"pipelines of $DUTO_CONFIG_DIR (/etc/duto), sockets that nobody serves, keeps, and "
		"programs that\n"
		"run on from before an upgrade; where systemd runs, units that failed, that are "
		"started again and\n"
		"again, or that are not as the pipelines' files say. Each that is wrong comes with "
		"the command that\n"
		"mends it; --all tells the others too. Exit 0 where nothing is wrong, 1 where "
		"something is.\n" },
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
	{ "list", command_list, "[--json]", "list the filters, one a line",
		"--json writes what each says of itself, as one object by their names.\n" },
	{ "man", command_man, "[FILTER|pipeline]", "print a page of the manual, as man(7)",
		"duto man forest | man -l -. Installed, it is `man duto-forest`.\n" },
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
	{ "restore", command_restore, "FILE", "put back what duto backup wrote",
		"To $DUTO_STATE_DIR (/var/lib/duto) and $DUTO_CONFIG_DIR (/etc/duto). Where a file "
		"of the backup\n"
		"is there already, and differs, nothing is restored: exit 100.\n" },
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
		"Stages that act on the world are left out, unless --live names them, and so are "
		"scheduled ones,\n"
		"which run by the clock on what was kept until then; each is told of. The same "
		"recordings give\n"
		"the same files, byte for byte.\n" },
	{ "stage", command_stage, "FILE NAME\n       duto stage --setup FILE",
		"run one stage of a pipeline",
		"As duto run does for each; for those who supervise stages themselves "
		"(systemd).\n"
		"--setup makes the folders of keeps first, as root for the group duto, and brings "
		"keeps into\n"
		"order that a power cut left as they were.\n" },
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
		"the way, how many\n"
		"samples of the keeps that it reads are still before it, samples dropped and "
		"lost, CPU, memory and\n"
		"starts of each stage; of a scheduled one when it runs next, by the clock of "
		"the pipeline's time\n"
		"zone, and how the last run went. Every second on a terminal.\n" },
	{ "units", command_units, "FILE [--out FOLDER]", "print a pipeline's systemd units",
		"What duto-generator writes for it where the file lies in /etc/duto/pipelines: a "
		"target, a\n"
		"service for each stage, timers. --out writes them to a folder.\n" },
	{ 0 },
};

size_t command_count(void)
{
	size_t n = 0;
	while (commands[n].name)
		n++;
	return n;
}

const struct command *command_find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}
