#include "shown_units.h"

#include <errno.h>
#include <string.h>

#include "allocate.h"
#include "text.h"

static void take(struct shown_unit *u, const char *name, const char *value)
{
	if (strcmp(name, "Id") == 0)
		u->id = value;
	else if (strcmp(name, "LoadState") == 0)
		u->load = value;
	else if (strcmp(name, "ActiveState") == 0)
		u->active = value;
	else if (strcmp(name, "FragmentPath") == 0)
		u->fragment = value;
	else if (strcmp(name, "SourcePath") == 0)
		u->source = value;
	else if (strcmp(name, "Result") == 0)
		u->result = value;
	else if (strcmp(name, "MainPID") == 0)
		u->process = atol(value);
	else if (strcmp(name, "NRestarts") == 0)
		u->restarts = atol(value);
	else if (strcmp(name, "ExecMainStatus") == 0)
		u->status = atol(value);
	else if (strcmp(name, "InactiveEnterTimestampMonotonic") == 0)
		u->ended = 1000 * atoll(value);
	else if (strcmp(name, "InactiveExitTimestampMonotonic") == 0)
		u->started = 1000 * atoll(value);
}

static struct shown_unit parse(char *block)
{
	struct shown_unit u = { "", "", "", "", "", "", 0, 0, 0, 0, 0 };
	char *rest;
	for (char *line = strtok_r(block, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = 0;
		take(&u, line, value);
	}
	return u;
}

/* Parted by empty lines. */
static void parse_all(struct shown_units *units, char *text)
{
	for (char *block = text, *next; block; block = next) {
		next = strstr(block, "\n\n");
		if (next) {
			*next = 0;
			next += 2;
		}
		struct shown_unit u = parse(block);
		if (!*u.id)
			continue;
		units->all = reallocate(units->all, units->count + 1, sizeof(*units->all));
		units->all[units->count++] = u;
	}
}

int shown_units_read(struct shown_units *ret, char **ret_error)
{
	char *argv[] = { "systemctl", "show", "--all",
		"--property=Id,LoadState,ActiveState,FragmentPath,SourcePath,Result,MainPID,"
		"NRestarts,ExecMainStatus,InactiveEnterTimestampMonotonic,"
		"InactiveExitTimestampMonotonic",
		"duto-*.target", "duto-*.service", "duto-*.timer", NULL };
	*ret = (struct shown_units){ 0 };
	struct captured *c = &ret->answer;
	int r = capture_run(SYSTEMCTL, argv, NULL, (struct str){ 0 }, c);
	if (!r && c->status)
		r = -EIO;
	if (r) {
		*ret_error = text_print("systemctl show: %.*s",
			STR_ARG(c->errors.len ? buffer_str(&c->errors) : str(strerror(-r))));
		capture_free(c);
		return r;
	}
	buffer_add_char(&c->output, 0);
	parse_all(ret, (char *)c->output.data);
	return 0;
}

void shown_units_free(struct shown_units *units)
{
	free(units->all);
	capture_free(&units->answer);
}
