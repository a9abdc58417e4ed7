/* duto apply: from pipeline files to what runs. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "apply_units.h"
#include "filter.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"
#include "systemd/unit_files.h"
#include "text.h"

static bool dry_run;

static const struct opt options[] = {
	{ .name = "dry-run",
		.type = OPT_FLAG,
		.to = &dry_run,
		.help = "only say what would be done" },
	OPT_END,
};

static size_t check_file(const char *path)
{
	struct pipeline *p = pipeline_open(path);
	size_t mistakes = check_pipeline(p);
	mistake_print(&p->mistakes, stderr);
	pipeline_close(p);
	return mistakes;
}

/* All of them, so that every mistake is told. */
static int check_files(void)
{
	struct dirent **entries;
	const char *folder = pipeline_folder();
	size_t mistakes = 0;
	int count = scandir(folder, &entries, pipeline_is_file, alphasort);
	for (int i = 0; i < count; i++) {
		char *path = text_print("%s/%s", folder, entries[i]->d_name);
		mistakes += check_file(path);
		free(path);
		free(entries[i]);
	}
	if (count < 0)
		return failure(EXIT_SYSTEM, "%s: %s", folder, strerror(errno));
	free(entries);
	return mistakes ? failure(EXIT_CONFIG, "nothing was changed") : EXIT_OK;
}

/* Waits as long as systemd does: a stage may take its time to stop. argv ends with NULL. */
static int systemctl(char **argv)
{
	int status = process_run(argv);
	if (status < 0)
		return failure(EXIT_SYSTEM, "systemctl: %s", strerror(-status));
	if (status)
		return failure(EXIT_SYSTEM, "systemctl %s failed", argv[1]);
	return EXIT_OK;
}

/* One call for all: systemd brings them into their order. deeds: one a unit. */
static int do_all(const struct shown_units *units, const enum apply_deed *deeds,
	enum apply_deed deed, char *verb)
{
	char **argv = allocate(units->count + 3, sizeof(*argv));
	size_t n = 0;
	argv[n++] = SYSTEMCTL;
	argv[n++] = verb;
	for (size_t i = 0; i < units->count; i++) {
		if (deeds[i] != deed)
			continue;
		argv[n++] = (char *)units->all[i].id;
		if (deed != APPLY_RELOAD)
			printf("%s %s\n", verb, units->all[i].id);
	}
	fflush(stdout);
	int status = n > 2 && !dry_run ? systemctl(argv) : EXIT_OK;
	free(argv);
	return status;
}

static int do_units(void)
{
	static const struct {
		enum apply_deed deed;
		char *verb;
	} steps[] = { { APPLY_STOP, "stop" }, { APPLY_RELOAD, "reload" },
		{ APPLY_RESTART, "restart" }, { APPLY_START, "start" } };
	struct shown_units units;
	char *error;
	int status = EXIT_OK;
	if (shown_units_read(&units, &error))
		return failure_with(EXIT_SYSTEM, error);
	enum apply_deed *deeds = allocate(units.count + 1, sizeof(*deeds));
	for (size_t i = 0; i < units.count; i++)
		deeds[i] = apply_deed_of(&units, &units.all[i]);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		int r = do_all(&units, deeds, steps[i].deed, steps[i].verb);
		status = status == EXIT_OK ? r : status;
	}
	free(deeds);
	shown_units_free(&units);
	return status;
}

int command_apply(int argc, char **argv)
{
	int status = command_parse(options, argc, argv);
	if (status == EXIT_OK)
		status = check_files();
	if (status == EXIT_OK && !dry_run)
		status = systemctl((char *[]){ SYSTEMCTL, "daemon-reload", NULL });
	return status == EXIT_OK ? do_units() : status;
}
