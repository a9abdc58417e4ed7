#include "apply_units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "capture.h"
#include "file.h"
#include "text.h"

enum { FILE_MAX = 1 << 20 };

/* What `systemctl show` tells of one unit. */
struct shown {
	const char *id, *load, *active, *fragment;
	long process;
	bool ran; /* it was up, and stopped, at some time of this boot */
};

struct all_shown {
	struct shown *units;
	size_t count;
};

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
static bool runs_as_written(const struct shown *u)
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

static bool is(const struct shown *u, const char *state)
{
	return u && strcmp(u->active, state) == 0;
}

static bool is_running(const struct shown *u)
{
	return is(u, "active") || is(u, "activating") || is(u, "reloading");
}

/* The target that a stage or a timer is part of: behind the last "-" is the stage. */
static const struct shown *target_of(const struct all_shown *all, const struct shown *u)
{
	const char *dash = strrchr(u->id, '-');
	char *name = text_print("%.*s.target", dash ? (int)(dash - u->id) : 0, u->id);
	const struct shown *target = NULL;
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->units[i].id, name) == 0)
			target = &all->units[i];
	free(name);
	return target;
}

/* Whoever was stopped by hand, or ended by itself, stays so; a stage comes up with its target. */
static bool is_new(const struct all_shown *all, const struct shown *u)
{
	const char *end = strrchr(u->id, '.');
	if (!is(u, "inactive") || u->ran || strstr(u->id, ".setup."))
		return false;
	return strcmp(end, ".target") == 0 || is(target_of(all, u), "active");
}

/* A scheduled stage runs when its timer says so, each time as it is written then. */
static bool has_timer(const struct all_shown *all, const struct shown *u)
{
	size_t len = strlen(u->id);
	for (size_t i = 0; i < all->count; i++)
		if (len > 8 && strncmp(all->units[i].id, u->id, len - 7) == 0 &&
			strcmp(all->units[i].id + len - 7, "timer") == 0 &&
			strcmp(u->id + len - 7, "service") == 0)
			return true;
	return false;
}

static enum apply_deed deed_of(const struct all_shown *all, const struct shown *u)
{
	if (strcmp(u->load, "not-found") == 0)
		return is_running(u) ? APPLY_STOP : APPLY_NOTHING;
	if (strstr(u->id, ".setup."))
		return is(u, "active") ? APPLY_RELOAD : APPLY_NOTHING;
	if (has_timer(all, u))
		return APPLY_NOTHING;
	if (is(u, "failed"))
		return APPLY_RESTART;
	if (is_running(u) && u->process > 0)
		return runs_as_written(u) ? APPLY_NOTHING : APPLY_RESTART;
	return is_new(all, u) ? APPLY_START : APPLY_NOTHING;
}

static struct shown parse(char *block)
{
	struct shown u = { "", "", "", "", 0, false };
	char *rest;
	for (char *line = strtok_r(block, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = 0;
		if (strcmp(line, "Id") == 0)
			u.id = value;
		else if (strcmp(line, "LoadState") == 0)
			u.load = value;
		else if (strcmp(line, "ActiveState") == 0)
			u.active = value;
		else if (strcmp(line, "FragmentPath") == 0)
			u.fragment = value;
		else if (strcmp(line, "MainPID") == 0)
			u.process = atol(value);
		else if (strcmp(line, "InactiveEnterTimestampMonotonic") == 0)
			u.ran = atol(value) != 0;
	}
	return u;
}

/* The units in what systemctl wrote: parted by empty lines. */
static struct all_shown parse_all(char *text)
{
	struct all_shown all = { 0 };
	for (char *block = text, *next; block; block = next) {
		next = strstr(block, "\n\n");
		if (next) {
			*next = 0;
			next += 2;
		}
		struct shown u = parse(block);
		if (!*u.id)
			continue;
		all.units = reallocate(all.units, all.count + 1, sizeof(*all.units));
		all.units[all.count++] = u;
	}
	return all;
}

static void decide(struct apply_units *units, const struct all_shown *all)
{
	units->all = allocate(all->count + 1, sizeof(*units->all));
	units->count = all->count;
	for (size_t i = 0; i < all->count; i++)
		units->all[i] = (struct apply_unit){ text_print("%s", all->units[i].id),
			deed_of(all, &all->units[i]) };
}

int apply_units_read(struct apply_units *ret, char **ret_error)
{
	char *argv[] = { "systemctl", "show", "--all",
		"--property=Id,LoadState,ActiveState,FragmentPath,MainPID,"
		"InactiveEnterTimestampMonotonic",
		"duto-*.target", "duto-*.service", "duto-*.timer", NULL };
	struct captured c = { 0 };
	int r = capture_run(SYSTEMCTL, argv, NULL, (struct str){ 0 }, &c);
	if (!r && c.status)
		r = -EIO;
	if (r) {
		*ret_error = text_print("systemctl show: %.*s",
			STR_ARG(c.errors.len ? buffer_str(&c.errors) : str(strerror(-r))));
	} else {
		buffer_add_char(&c.output, 0);
		struct all_shown all = parse_all((char *)c.output.data);
		decide(ret, &all);
		free(all.units);
	}
	capture_free(&c);
	return r;
}

void apply_units_free(struct apply_units *units)
{
	for (size_t i = 0; i < units->count; i++)
		free(units->all[i].name);
	free(units->all);
}
