/* duto top: running pipelines, stage by stage. */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "gauge.h"
#include "process.h"
#include "rundir.h"
#include "terminal.h"

#define PERIOD	(1 * SECONDS)
#define LAG_MAX (7 * 24 * 3600 * SECONDS) /* times older than that are not of now */

enum { NAME_MIN = 12 };

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

/* A stage now and a moment ago. */
struct row {
	char *rundir;
	struct gauge now, before;
};

/* A pipeline: rows [first, first + count) are its stages. */
struct group {
	char *pipeline, *rundir;
	size_t first, count;
};

static struct row *rows;
static struct group *groups;
static size_t row_count, group_count;

static void *grow(void *array, size_t count, size_t size)
{
	array = reallocarray(array, count + 1, size);
	if (!array)
		abort();
	return array;
}

static void add_row(struct group *g, const char *stage)
{
	rows = grow(rows, row_count, sizeof(*rows));
	struct row *r = &rows[row_count++];
	r->rundir = g->rundir;
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
		if (rows[g->first + i].now.alive)
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

static void read_all(void)
{
	for (size_t i = 0; i < row_count; i++) {
		struct gauge now;
		gauge_read(rows[i].rundir, rows[i].now.stage, &now);
		rows[i].before = rows[i].now;
		rows[i].now = now;
	}
}

/* Three digits that count, and k, M, G. */
static void scaled(char to[16], double value, double step, const char *units)
{
	while (value >= 0.9995 * step && units[1]) {
		value /= step;
		units++;
	}
	int decimals = value == (int)value && *units == ' ' ? 0 : value < 9.995 ? 2 : value < 99.95;
	snprintf(to, 16, "%.*f%.*s", decimals, value, *units != ' ', units);
}

static void show_count(char to[16], uint64_t value)
{
	scaled(to, (double)value, 1000, " kMGT");
}

/* A stage that was started again counts from 0. */
static void show_rate(char to[16], uint64_t now, uint64_t before, double seconds)
{
	double rate = seconds > 0 ? (double)(now >= before ? now - before : now) / seconds : 0;
	scaled(to, rate >= 10 ? (int)(rate + 0.5) : rate, 1000, " kMGT");
}

static void show_lag(char to[16], int64_t newest)
{
	int64_t lag = clock_wall() - newest;
	double s = (double)lag / SECONDS;
	if (!newest || lag < -SECONDS || lag > LAG_MAX)
		strcpy(to, "-");
	else if (s < 10)
		snprintf(to, 16, "%.1fs", s > 0 ? s : 0);
	else if (s < 120)
		snprintf(to, 16, "%.0fs", s);
	else if (s < 7200)
		snprintf(to, 16, "%.0fm", s / 60);
	else if (s < 2 * 86400)
		snprintf(to, 16, "%.0fh", s / 3600);
	else
		snprintf(to, 16, "%.0fd", s / 86400);
}

enum { IN, OUT, LAG, QUEUE, DROPPED, LOST, CPU, MEMORY, RESTARTS, COLUMNS };

static const struct {
	const char *title;
	int width;
} columns[COLUMNS] = { { "IN/s", 7 }, { "OUT/s", 7 }, { "LAG", 6 }, { "QUEUE", 6 }, { "DROPS", 6 },
	{ "LOST", 6 }, { "CPU%", 6 }, { "MEM", 7 }, { "STARTS", 7 } };

static void show_cells(const struct row *r, char cells[COLUMNS][16])
{
	const struct gauge *now = &r->now, *before = &r->before;
	double seconds = (double)(now->at - before->at) / SECONDS;
	show_rate(cells[IN], now->in, before->in, seconds);
	show_rate(cells[OUT], now->out, before->out, seconds);
	show_lag(cells[LAG], now->newest);
	show_count(cells[QUEUE], now->queue);
	show_count(cells[DROPPED], now->dropped);
	show_count(cells[LOST], now->lost);
	show_count(cells[RESTARTS], now->restarts + 1);
	double cpu = now->cpu >= before->cpu && seconds > 0
			     ? (double)(now->cpu - before->cpu) / SECONDS / seconds
			     : 0;
	snprintf(cells[CPU], 16, "%.1f", 100 * cpu);
	scaled(cells[MEMORY], (double)now->memory, 1024, " KMGT");
	if (!now->in)
		strcpy(cells[IN], "-");
	if (!now->out)
		strcpy(cells[OUT], "-");
	for (int i = 0; i < COLUMNS; i++)
		if (!now->there || (!now->alive && (i == IN || i == OUT || i == LAG || i == QUEUE ||
							   i == CPU || i == MEMORY)))
			strcpy(cells[i], "-");
}

static int name_width(void)
{
	size_t width = NAME_MIN;
	for (size_t i = 0; i < row_count; i++)
		if (strlen(rows[i].now.stage) > width)
			width = strlen(rows[i].now.stage);
	return (int)width;
}

/* Whether a cell is worth a look: something was lost, or the stage was started more than once. */
static const char *attribute(const struct gauge *g, int column)
{
	bool bad = (column == DROPPED && g->dropped) || (column == LOST && g->lost) ||
		   (column == RESTARTS && g->restarts);
	return !g->alive ? TERMINAL_DIM : bad ? TERMINAL_YELLOW : "";
}

static void put_right(struct terminal *t, const char *attribute, const char *text, int width)
{
	terminal_put_spaces(t, width - terminal_columns(str(text)));
	terminal_put_colored(t, attribute, str(text));
}

static void put_header(struct terminal *t, int width)
{
	terminal_put_colored(t, TERMINAL_DIM, STR("STAGE"));
	terminal_put_spaces(t, width - 5);
	for (int i = 0; i < COLUMNS; i++)
		put_right(t, TERMINAL_DIM, columns[i].title, columns[i].width);
	terminal_new_line(t);
}

static void put_note(struct terminal *t, const char *attribute, const char *text)
{
	int room = terminal_width(STDOUT_FILENO);
	size_t len = strcspn(text, "\n");
	if (!*text)
		return;
	if (room > 4 && len > (size_t)room - 3)
		len = (size_t)room - 3;
	terminal_put_spaces(t, 2);
	terminal_put_colored(t, attribute, (struct str){ text, len });
	terminal_new_line(t);
}

static void put_row(struct terminal *t, const struct row *r, int width)
{
	char cells[COLUMNS][16];
	show_cells(r, cells);
	terminal_put_colored(t, r->now.alive ? "" : TERMINAL_DIM, str(r->now.stage));
	terminal_put_spaces(t, width - (int)strlen(r->now.stage));
	for (int i = 0; i < COLUMNS; i++)
		put_right(t, attribute(&r->now, i), cells[i], columns[i].width);
	terminal_new_line(t);
	put_note(t, TERMINAL_CYAN, r->now.status);
	put_note(t, TERMINAL_RED, r->now.error);
}

static void put_group(struct terminal *t, const struct group *g, int width)
{
	terminal_put_colored(t, TERMINAL_BOLD, str(g->pipeline));
	terminal_new_line(t);
	put_header(t, width);
	for (size_t i = 0; i < g->count; i++)
		put_row(t, &rows[g->first + i], width);
}

static void put_table(struct buffer *out, bool colored)
{
	struct terminal t = { .out = out, .colored = colored };
	int width = name_width();
	for (size_t i = 0; i < group_count; i++) {
		if (i)
			terminal_new_line(&t);
		put_group(&t, &groups[i], width);
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
	put_table(&out, false);
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
		put_table(&out, !getenv("NO_COLOR"));
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
