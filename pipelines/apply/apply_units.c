#include "apply_units.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "pipelines/process.h"
#include "text.h"

enum { FILE_MAX = 1 << 20 };

static const char *field(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *at = strstr(text, name);
	return at && at[len] == '=' ? at + len + 1 : NULL;
}

/* The hash behind NAME= in a text; it ends with what is no letter and no digit. */
static char *hash_in(const char *text, const char *name)
{
	const char *value = field(text, name);
	return value ? text_print("%.*s", (int)strspn(value, "0123456789abcdef"), value) : NULL;
}

static char *read_text(const char *path)
{
	struct buffer bytes = { 0 };
	if (file_read(path, FILE_MAX, &bytes))
		bytes.len = 0;
	for (size_t i = 0; i < bytes.len; i++)
		if (!bytes.data[i])
			bytes.data[i] = '\n';
	buffer_add_char(&bytes, 0);
	return (char *)bytes.data;
}

/* The process knows of which unit it was made: whoever made systemd load others since. */
static bool runs_as_written(const struct shown_unit *u)
{
	char *path = text_print("/proc/%ld/environ", u->process);
	char *environment = read_text(path), *unit = read_text(u->fragment);
	char *runs = hash_in(environment, "DUTO_HASH"), *written = hash_in(unit, "X-DutoHash");
	bool same = !written || (runs && strcmp(runs, written) == 0);
	free(written);
	free(runs);
	free(unit);
	free(environment);
	free(path);
	return same;
}

static bool runs_old_program(const struct shown_unit *u)
{
	char program[PATH_MAX];
	return process_is_replaced((pid_t)u->process, program);
}

static bool is(const struct shown_unit *u, const char *state)
{
	return u && strcmp(u->active, state) == 0;
}

static bool is_running(const struct shown_unit *u)
{
	return is(u, "active") || is(u, "activating") || is(u, "reloading");
}

/* The target that a stage or a timer is part of: behind the last "-" is the stage. */
static const struct shown_unit *target_of(
	const struct shown_units *units, const struct shown_unit *u)
{
	const char *dash = strrchr(u->id, '-');
	char *name = text_print("%.*s.target", dash ? (int)(dash - u->id) : 0, u->id);
	const struct shown_unit *target = NULL;
	for (size_t i = 0; i < units->count; i++)
		if (strcmp(units->all[i].id, name) == 0)
			target = &units->all[i];
	free(name);
	return target;
}

/* Whoever was stopped by hand, or ended by itself, stays so; a stage comes up with its target. */
static bool is_new(const struct shown_units *units, const struct shown_unit *u)
{
	const char *end = strrchr(u->id, '.');
	if (!is(u, "inactive") || u->ended || strstr(u->id, ".setup."))
		return false;
	return strcmp(end, ".target") == 0 || is(target_of(units, u), "active");
}

/* A scheduled stage runs when its timer says so, each time as it is written then. */
static bool has_timer(const struct shown_units *units, const struct shown_unit *u)
{
	size_t len = strlen(u->id);
	for (size_t i = 0; i < units->count; i++)
		if (len > 8 && strncmp(units->all[i].id, u->id, len - 7) == 0 &&
			strcmp(units->all[i].id + len - 7, "timer") == 0 &&
			strcmp(u->id + len - 7, "service") == 0)
			return true;
	return false;
}

enum apply_deed apply_deed_of(const struct shown_units *units, const struct shown_unit *u)
{
	if (strcmp(u->load, "not-found") == 0)
		return is_running(u) ? APPLY_STOP : APPLY_NOTHING;
	if (strstr(u->id, ".setup."))
		return is(u, "active") ? APPLY_RELOAD : APPLY_NOTHING;
	if (has_timer(units, u))
		return APPLY_NOTHING;
	if (is(u, "failed"))
		return APPLY_RESTART;
	if (is_running(u) && u->process > 0)
		return runs_as_written(u) && !runs_old_program(u) ? APPLY_NOTHING : APPLY_RESTART;
	return is_new(units, u) ? APPLY_START : APPLY_NOTHING;
}
