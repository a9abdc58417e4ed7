/* What systemd makes of the pipelines: units that failed, that are started again and again, and
 * that are not as the files say. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "doctor.h"
#include "file.h"
#include "filter.h"
#include "folder.h"
#include "human.h"
#include "pipelines/apply/apply_units.h"
#include "systemd/unit_files.h"
#include "text.h"

#define SYSTEMD	  "/run/systemd/system"	   /* is there where it runs (sd_booted(3)) */
#define GENERATED "/run/systemd/generator" /* what the generator wrote when units were loaded */
#define RECENTLY  (5 * 60 * SECONDS)

enum { OFTEN = 3 /* restarts that are no accident */, UNIT_BYTES = 1 << 20 };

static bool has_failed(const struct shown_unit *u)
{
	return strcmp(u->active, "failed") == 0;
}

static void look_at_health(const struct shown_unit *u)
{
	int64_t ago = clock_monotonic() - u->started;
	char span[HUMAN_TEXT];
	human_span(span, ago);
	if (has_failed(u))
		doctor_wrong("unit",
			text_print("journalctl --no-pager -n 20 -u %s; systemctl restart %s", u->id,
				u->id),
			"%s failed (%s, status %ld)%s", u->id, u->result, u->status,
			u->status == EXIT_CONFIG ? ": a person must mend what its journal says"
						 : "");
	else if (u->restarts >= OFTEN && ago < RECENTLY)
		doctor_wrong("unit", text_print("journalctl --no-pager -n 20 -u %s", u->id),
			"%s was started again %ld times, the last time %s ago: its journal says why",
			u->id, u->restarts, span);
}

/* Where it runs as other units than systemd has now: these were loaded, and not applied. */
static void look_at_process(const struct shown_units *units, const struct shown_unit *u)
{
	static const char *const texts[] = { [APPLY_STOP] = "runs, and no pipeline file has it",
		[APPLY_RESTART] = "runs as it was before its file changed",
		[APPLY_START] = "was never started",
		[APPLY_RELOAD] = NULL };
	const char *text = texts[apply_deed_of(units, u)];
	if (text && !has_failed(u))
		doctor_wrong("unit", text_print("duto apply"), "%s %s", u->id, text);
}

/* A pipeline's target tells of all its units. */
static void look_at_source(const struct shown_unit *u)
{
	const char *end = strrchr(u->id, '.');
	if (end && strcmp(end, ".target") == 0 && *u->source && access(u->source, F_OK))
		doctor_wrong("unit", text_print("duto apply"), "%s: its file %s is gone", u->id,
			u->source);
}

static bool is_as_generated(const struct unit_file *file)
{
	struct buffer there = { 0 };
	char *path = text_print("%s/%s", GENERATED, file->name);
	bool same = file_read(path, UNIT_BYTES, &there) == 0 &&
		    str_eq(buffer_str(&there), buffer_str(&file->text));
	buffer_free(&there);
	free(path);
	return same;
}

static void compare(const char *path, const struct unit_files *files)
{
	size_t other = 0;
	const char *first = NULL;
	for (size_t i = 0; i < files->count; i++) {
		if (is_as_generated(&files->all[i]))
			continue;
		first = first ? first : files->all[i].name;
		other++;
	}
	if (other)
		doctor_wrong("unit", text_print("duto apply"),
			"%s, or a file that it names, was changed and not applied: %zu of its "
			"units, %s first, would be others",
			path, other, first);
	else
		doctor_good("unit", "%s is applied", path);
}

/* Of files with mistakes there are no units: they are told of elsewhere. */
static int look_at_file(const char *path, const char *name, void *context)
{
	const struct unit_settings *settings = context;
	size_t len = strlen(name);
	if (len < 5 || strcmp(name + len - 5, ".yaml") != 0)
		return 0;
	struct unit_files files;
	struct pipeline *p = pipeline_open(path);
	char *error = NULL;
	if (mistake_count(&p->mistakes) == 0 && unit_files_make(p, settings, &files, &error) == 0) {
		compare(path, &files);
		unit_files_free(&files);
	}
	free(error);
	pipeline_close(p);
	return 0;
}

/* What processes run, and secrets' times, can only root see. */
static void compare_all(const struct shown_units *units)
{
	if (geteuid()) {
		doctor_good("unit", "whether pipelines are applied can only root see");
		return;
	}
	struct unit_settings settings = unit_settings_find();
	for (size_t i = 0; i < units->count; i++) {
		look_at_process(units, &units->all[i]);
		look_at_source(&units->all[i]);
	}
	folder_each(pipeline_folder(), look_at_file, &settings);
}

void doctor_units(void)
{
	struct shown_units units;
	char *error;
	if (access(SYSTEMD, F_OK) || getenv("DUTO_CONFIG_DIR"))
		return;
	if (shown_units_read(&units, &error)) {
		doctor_good("unit", "%s", error);
		free(error);
		return;
	}
	for (size_t i = 0; i < units.count; i++)
		look_at_health(&units.all[i]);
	compare_all(&units);
	shown_units_free(&units);
}
