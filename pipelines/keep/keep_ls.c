/* duto keep ls: keeps, one a line. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "filter.h"
#include "human.h"
#include "keep_command.h"
#include "pipelines/commands.h"
#include "pipelines/facts.h"
#include "pipelines/failure.h"
#include "statedir.h"
#include "terminal.h"
#include "text.h"
#include "timestamp.h"

enum { NAME_MIN = 16, DEPTH = 2 }; /* ROOT/PIPELINE/STAGE */

static struct opt_list names;
static bool json;

static const struct opt options[] = {
	{ .name = "keep",
		.type = OPT_TEXT,
		.to = &names,
		.positional = true,
		.repeat = true,
		.help = "keeps, pipelines, or folders of keeps" },
	{ .name = "json", .type = OPT_FLAG, .to = &json, .help = "JSON lines" },
	OPT_END,
};

struct row {
	char *name, *path;
	char *error; /* NULL: it could be read */
	struct keep_info info;
};

static struct row *rows;
static size_t row_count;

static void add_row(const char *name, const char *path)
{
	struct row r = { .name = text_print("%s", name), .path = text_print("%s", path) };
	keep_info(path, &r.info, &r.error);
	rows = reallocate(rows, row_count + 1, sizeof(*rows));
	rows[row_count++] = r;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The keep at path, or those below it. name: what people call the folder; "" of the root itself. */
static void add_keeps(const char *name, const char *path, int depth)
{
	struct dirent **entries;
	if (statedir_is_keep(path)) {
		add_row(*name ? name : path, path);
		return;
	}
	int count = depth ? scandir(path, &entries, is_visible, alphasort) : -1;
	for (int i = 0; i < count; i++) {
		const char *entry = entries[i]->d_name;
		char *below = text_print("%s/%s", path, entry);
		char *called = text_print("%s%s%s", name, *name ? "/" : "", entry);
		add_keeps(called, below, depth - 1);
		free(called);
		free(below);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static bool add_named(const char *name)
{
	size_t before = row_count;
	char *path = statedir_find(name), *root = statedir_root();
	if (!path)
		path = text_print("%s/%s", root, name);
	add_keeps(name, path, DEPTH);
	if (row_count == before)
		failure(EXIT_CONFIG, "%s: no keep is there, nor in %s/%s", name, root, name);
	free(path);
	free(root);
	return row_count > before;
}

enum { SAMPLES, SIZE, OLDEST, NEWEST, STATE, COLUMNS };

static const struct {
	const char *title;
	int width; /* 0: at the left, whatever it takes */
} columns[COLUMNS] = { { "SAMPLES", 9 }, { "SIZE", 8 }, { "OLDEST", 21 }, { "NEWEST", 21 },
	{ "", 0 } };

static void show_cells(const struct keep_info *info, char cells[COLUMNS][TIMESTAMP_TEXT])
{
	human_count(cells[SAMPLES], info->last ? (double)(info->last - info->first + 1) : 0);
	human_size(cells[SIZE], (double)info->bytes);
	keep_command_time(cells[OLDEST], info->oldest);
	keep_command_time(cells[NEWEST], info->newest);
	snprintf(cells[STATE], TIMESTAMP_TEXT, "%s%s",
		info->writing ? "writing"
		: info->ended ? "ended"
			      : "",
		info->aside_files ? " aside" : "");
}

static void put_cell(struct terminal *t, const char *attribute, const char *text, int width)
{
	if (!*text)
		return;
	terminal_put_spaces(t, width ? width - terminal_columns(str(text)) : 2);
	terminal_put_colored(t, attribute, str(text));
}

static void put_row(struct terminal *t, const struct row *r, int width)
{
	char cells[COLUMNS][TIMESTAMP_TEXT];
	terminal_put(t, str(r->name));
	terminal_put_spaces(t, width - terminal_columns(str(r->name)));
	if (r->error) {
		put_cell(t, TERMINAL_RED, r->error, 0);
	} else {
		show_cells(&r->info, cells);
		for (int i = 0; i < COLUMNS; i++)
			put_cell(t,
				i == STATE && r->info.aside_files ? TERMINAL_YELLOW
				: i == STATE			  ? TERMINAL_CYAN
								  : "",
				cells[i], columns[i].width);
	}
	terminal_new_line(t);
}

static void print_table(void)
{
	struct buffer out = { 0 };
	struct terminal t = { .out = &out, .colored = facts_colored() };
	int width = NAME_MIN;
	for (size_t i = 0; i < row_count; i++)
		if (terminal_columns(str(rows[i].name)) > width)
			width = terminal_columns(str(rows[i].name));
	terminal_put_colored(&t, TERMINAL_DIM, STR("KEEP"));
	terminal_put_spaces(&t, width - 4);
	for (int i = 0; i < COLUMNS; i++)
		put_cell(&t, TERMINAL_DIM, columns[i].title, columns[i].width);
	terminal_new_line(&t);
	for (size_t i = 0; i < row_count; i++)
		put_row(&t, &rows[i], width);
	fwrite(out.data, 1, out.len, stdout);
	buffer_free(&out);
}

static void print_json(void)
{
	for (const struct row *r = rows; r < rows + row_count; r++) {
		json_t *line = r->error ? json_pack("{s:s,s:s,s:s}", "name", r->name, "folder",
						  r->path, "error", r->error)
					: keep_json(r->name, r->path, &r->info);
		json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	}
}

static void free_rows(void)
{
	for (struct row *r = rows; r < rows + row_count; r++) {
		if (!r->error)
			keep_info_free(&r->info);
		free(r->error);
		free(r->name);
		free(r->path);
	}
	free(rows);
}

int keep_command_ls(int argc, char **argv)
{
	char *root = statedir_root();
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	for (size_t i = 0; i < names.count; i++)
		if (!add_named(names.words[i]))
			status = EXIT_CONFIG;
	if (!names.count)
		add_keeps("", root, DEPTH);
	if (json)
		print_json();
	else if (row_count)
		print_table();
	else if (!names.count)
		printf("no keeps in %s\n", root);
	for (size_t i = 0; i < row_count; i++)
		status = rows[i].error ? EXIT_SYSTEM : status;
	free_rows();
	free(root);
	return status;
}
