/* duto keep info: all about one keep. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "human.h"
#include "keep_command.h"
#include "pipelines/commands.h"
#include "pipelines/facts.h"
#include "pipelines/failure.h"
#include "terminal.h"
#include "timestamp.h"

static const char *name;
static bool json;

static const struct opt options[] = {
	{ .name = "keep",
		.type = OPT_TEXT,
		.to = &name,
		.positional = true,
		.required = true,
		.help = "a folder, or PIPELINE/STAGE" },
	{ .name = "json", .type = OPT_FLAG, .to = &json, .help = "as a JSON object" },
	OPT_END,
};

static json_t *time_json(int64_t time)
{
	char text[TIMESTAMP_TEXT];
	return time ? json_stringn(text, timestamp_format(text, time)) : json_null();
}

static json_t *cursors_json(const struct keep_info *info)
{
	json_t *all = json_array();
	for (size_t i = 0; i < info->cursor_count; i++) {
		const struct keep_cursor *c = &info->cursors[i];
		json_array_append_new(all,
			json_pack("{s:s,s:I,s:I}", "name", c->name, "number", (json_int_t)c->number,
				"behind",
				(json_int_t)(info->last > c->number ? info->last - c->number : 0)));
	}
	return all;
}

json_t *keep_json(const char *keep, const char *path, const struct keep_info *i)
{
	return json_pack("{s:s,s:s,s:s,s:i,s:b,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:I,s:I,"
			 "s:I,s:o}",
		"name", keep, "folder", path, "id", i->id, "version", i->version, "writing",
		i->writing, "ended", i->ended, "segments", (json_int_t)i->segments, "sealed",
		(json_int_t)i->sealed, "first", (json_int_t)i->first, "last", (json_int_t)i->last,
		"bytes", (json_int_t)i->bytes, "raw_bytes", (json_int_t)i->raw_bytes, "oldest",
		time_json(i->oldest), "newest", time_json(i->newest), "arrived_first",
		time_json(i->arrived_first), "arrived_last", time_json(i->arrived_last), "repeats",
		(json_int_t)i->repeats, "aside_files", (json_int_t)i->aside_files, "aside_bytes",
		(json_int_t)i->aside_bytes, "cursors", cursors_json(i));
}

static void put_times(struct terminal *t, const char *title, int64_t from, int64_t to)
{
	char first[TIMESTAMP_TEXT], last[TIMESTAMP_TEXT], span[HUMAN_TEXT];
	if (!from && !to)
		return;
	human_span(span, to - from);
	keep_command_time(first, from);
	keep_command_time(last, to);
	facts_put(t, title, "", "%s to %s, %s", first, last, span);
}

static void put_sizes(struct terminal *t, const struct keep_info *i)
{
	char bytes[HUMAN_TEXT], raw[HUMAN_TEXT];
	human_size(bytes, (double)i->bytes);
	human_size(raw, (double)i->raw_bytes);
	if (i->bytes)
		facts_put(t, "on disk", "", "%sB; %sB as given: %.1f times as much", bytes, raw,
			(double)i->raw_bytes / (double)i->bytes);
	facts_put(t, "segments", "", "%" PRIu64 ", %" PRIu64 " of them sealed", i->segments,
		i->sealed);
}

static void put_troubles(struct terminal *t, const struct keep_info *i)
{
	char bytes[HUMAN_TEXT];
	human_size(bytes, (double)i->aside_bytes);
	if (i->repeats)
		facts_put(t, "repeats", "", "%" PRIu64 " left out", i->repeats);
	if (i->aside_files)
		facts_put(t, "aside", TERMINAL_YELLOW,
			"%" PRIu64 " files, %sB: torn or corrupt, under aside/", i->aside_files,
			bytes);
}

static void put_cursors(struct terminal *t, const struct keep_info *i)
{
	size_t width = 0;
	for (size_t k = 0; k < i->cursor_count; k++)
		if (strlen(i->cursors[k].name) > width)
			width = strlen(i->cursors[k].name);
	for (size_t k = 0; k < i->cursor_count; k++) {
		const struct keep_cursor *c = &i->cursors[k];
		uint64_t behind = i->last > c->number ? i->last - c->number : 0;
		facts_put(t, k ? "" : "cursors", "", "%-*s  %" PRIu64 ", %" PRIu64 " behind",
			(int)width, c->name, c->number, behind);
	}
}

static void put_info(struct terminal *t, const char *path, const struct keep_info *i)
{
	terminal_put_colored(t, TERMINAL_BOLD, str(name));
	terminal_new_line(t);
	facts_put(t, "folder", "", "%s", path);
	facts_put(t, "id", "", "%s, format %d", i->id, i->version);
	facts_put(t, "state", i->writing ? TERMINAL_CYAN : "", "%s",
		i->writing ? "being written"
		: i->ended ? "ended"
			   : "nobody writes");
	if (i->last)
		facts_put(t, "samples", "", "%" PRIu64 ", numbers %" PRIu64 " to %" PRIu64,
			i->last - i->first + 1, i->first, i->last);
	else
		facts_put(t, "samples", "", "none");
	put_times(t, "times", i->oldest, i->newest);
	put_times(t, "arrived", i->arrived_first, i->arrived_last);
	put_sizes(t, i);
	put_troubles(t, i);
	put_cursors(t, i);
}

static void print_info(const char *path, const struct keep_info *info)
{
	struct buffer out = { 0 };
	struct terminal t = { .out = &out, .colored = facts_colored() };
	put_info(&t, path, info);
	fwrite(out.data, 1, out.len, stdout);
	buffer_free(&out);
}

static void print_json(const char *path, const struct keep_info *info)
{
	json_t *all = keep_json(name, path, info);
	json_dumpf(all, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(all);
}

int keep_command_info(int argc, char **argv)
{
	struct keep_info info;
	char *path, *error = NULL;
	int status = command_parse(options, argc, argv);
	if (status || !(path = keep_command_find(name)))
		return status ? status : EXIT_CONFIG;
	int r = keep_info(path, &info, &error);
	if (r)
		status = keep_command_failed(path, r, error);
	else if (json)
		print_json(path, &info);
	else
		print_info(path, &info);
	if (!r)
		keep_info_free(&info);
	free(path);
	return status;
}
