/* duto top: running pipelines, stage by stage. */
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocate.h"
#include "clock.h"
#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "process.h"
#include "rundir.h"
#include "table.h"

#define PERIOD (1 * SECONDS)

static const char *only;
static bool once;

static const struct opt options[] = {
	{ .name = "pipeline",
		.type = OPT_TEXT,
		.to = &only,
		.positional = true,
		.help = "the pipeline's name" },
	{ .name = "once", .type = OPT_FLAG, .to = &once, .help = "print one table and leave" },
	OPT_END,
};

/* A pipeline: rows [first, first + count) are its stages. */
struct group {
	char *pipeline, *rundir;
	size_t first, count;
};

static struct table_row *rows;
static struct group *groups;
static size_t row_count, group_count;

static void *grow(void *array, size_t count, size_t size)
{
	return reallocate(array, count + 1, size);
}

static void add_row(struct group *g, const char *stage)
{
	rows = grow(rows, row_count, sizeof(*rows));
	struct table_row *r = &rows[row_count++];
	gauge_read(g->rundir, stage, &r->now);
	r->before = r->now;
	g->count++;
}

static int is_first_page(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 7 && strcmp(entry->d_name + len - 7, ".0.stat") == 0;
}

/* Without a pipeline file, as under systemd: the stages that have counters, by name. */
static void add_found(struct group *g)
{
	struct dirent **entries;
	int count = scandir(g->rundir, &entries, is_first_page, alphasort);
	for (int i = 0; i < count; i++) {
		entries[i]->d_name[strlen(entries[i]->d_name) - 7] = 0;
		add_row(g, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static bool any_alive(const struct group *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (rows[g->first + i].now.alive || rows[g->first + i].now.scheduled)
			return true;
	return false;
}

/* In the order in which samples flow. */
static void add_stages(struct group *g, const char *pipeline_file)
{
	struct pipeline *p = pipeline_open(pipeline_file);
	if (mistake_count(&p->mistakes) == 0)
		for (size_t i = 0; i < p->stage_count; i++)
			add_row(g, p->stages[p->order[i]].name.text);
	pipeline_close(p);
}

static void add_pipeline(const char *name, const char *path, void *context)
{
	(void)context;
	if (only && strcmp(only, name) != 0)
		return;
	char *file = rundir_pipeline_file(path);
	struct group g = { strdup(name), strdup(path), row_count, 0 };
	if (file)
		add_stages(&g, file);
	if (!g.count)
		add_found(&g);
	if (file || any_alive(&g)) {
		groups = grow(groups, group_count, sizeof(*groups));
		groups[group_count++] = g;
	} else {
		row_count = g.first;
		free(g.pipeline);
		free(g.rundir);
	}
	free(file);
}

static void read_row(struct table_row *r, const char *rundir)
{
	struct gauge now;
	gauge_read(rundir, r->now.stage, &now);
	r->before = r->now;
	r->now = now;
}

static void read_all(void)
{
	for (const struct group *g = groups; g < groups + group_count; g++)
		for (size_t i = 0; i < g->count; i++)
			read_row(&rows[g->first + i], g->rundir);
}

static void put_groups(struct buffer *out, bool colored)
{
	struct terminal t = { .out = out, .colored = colored };
	for (size_t i = 0; i < group_count; i++) {
		if (i)
			terminal_new_line(&t);
		terminal_put_colored(&t, TERMINAL_BOLD, str(groups[i].pipeline));
		terminal_new_line(&t);
		table_put(
			&t, rows + groups[i].first, groups[i].count, terminal_width(STDOUT_FILENO));
	}
}

static bool write_all(struct buffer *out)
{
	size_t done = 0;
	while (done < out->len) {
		ssize_t n = write(STDOUT_FILENO, out->data + done, out->len - done);
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	out->len = 0;
	return true;
}

static int show_once(void)
{
	struct buffer out = { 0 };
	poll(NULL, 0, (int)(PERIOD / MILLISECONDS)); /* a rate takes two looks */
	read_all();
	put_groups(&out, false);
	bool written = write_all(&out);
	buffer_free(&out);
	return written ? EXIT_OK : EXIT_SYSTEM;
}

/* On the terminal's other screen, so that what was there comes back. */
static int show_live(void)
{
	struct buffer out = { 0 };
	int signals = process_listen(), status = EXIT_OK;
	struct pollfd p = { .fd = signals, .events = POLLIN };
	buffer_add_str(&out, STR("\x1b[?1049h\x1b[?25l"));
	do {
		buffer_add_str(&out, STR("\x1b[H\x1b[2J"));
		put_groups(&out, !getenv("NO_COLOR"));
		if (!write_all(&out))
			status = EXIT_SYSTEM;
		poll(&p, 1, (int)(PERIOD / MILLISECONDS));
		read_all();
	} while (status == EXIT_OK && !process_signal(signals));
	buffer_add_str(&out, STR("\x1b[?25h\x1b[?1049l"));
	write_all(&out);
	buffer_free(&out);
	return status;
}

int command_top(int argc, char **argv)
{
	static const struct opt *const tables[] = { options, NULL };
	char *error;
	if (opt_parse(tables, argc, argv, &error))
		return failure_with(EXIT_CONFIG, error);
	rundir_each(add_pipeline, NULL);
	if (!group_count && only)
		return failure(EXIT_SYSTEM, "pipeline %s is not running", only);
	if (!group_count)
		return failure(EXIT_SYSTEM, "no pipeline is running (duto run FILE)");
	return once || !isatty(STDOUT_FILENO) ? show_once() : show_live();
}
