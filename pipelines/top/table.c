#include "table.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "human.h"

#define LAG_MAX (7 * 24 * 3600 * SECONDS) /* times older than that are not of now */

enum { NAME_MIN = 12 };

/* A stage that was started again counts from 0. */
static void show_rate(char to[16], uint64_t now, uint64_t before, double seconds)
{
	double rate = seconds > 0 ? (double)(now >= before ? now - before : now) / seconds : 0;
	human_count(to, rate >= 10 ? (int)(rate + 0.5) : rate);
}

static void show_lag(char to[16], int64_t newest)
{
	int64_t lag = clock_wall() - newest;
	if (!newest || lag < -SECONDS || lag > LAG_MAX)
		strcpy(to, "-");
	else
		human_span(to, lag > 0 ? lag : 0);
}

enum { IN, OUT, LAG, QUEUE, BEHIND, DROPPED, LOST, CPU, MEMORY, RESTARTS, COLUMNS };

static const struct {
	const char *title;
	int width;
	bool live; /* says nothing of a stage that does not run */
} columns[COLUMNS] = {
	[IN] = { "IN/s", 7, true },
	[OUT] = { "OUT/s", 7, true },
	[LAG] = { "LAG", 6, true },
	[QUEUE] = { "QUEUE", 6, true },
	[BEHIND] = { "BEHIND", 7, false },
	[DROPPED] = { "DROPS", 6, false },
	[LOST] = { "LOST", 6, false },
	[CPU] = { "CPU%", 6, true },
	[MEMORY] = { "MEM", 7, true },
	[RESTARTS] = { "STARTS", 7, false },
};

static bool is_known(const struct table_row *r, int column)
{
	if (column == BEHIND)
		return r->behind >= 0;
	return r->now.there && (r->now.alive || !columns[column].live);
}

static void show_cells(const struct table_row *r, char cells[COLUMNS][16])
{
	const struct gauge *now = &r->now, *before = &r->before;
	double seconds = (double)(now->at - before->at) / SECONDS;
	show_rate(cells[IN], now->in, before->in, seconds);
	show_rate(cells[OUT], now->out, before->out, seconds);
	show_lag(cells[LAG], now->newest);
	human_count(cells[QUEUE], (double)now->queue);
	human_count(cells[DROPPED], (double)now->dropped);
	human_count(cells[LOST], (double)now->lost);
	human_count(cells[RESTARTS], (double)now->restarts + 1);
	double cpu = now->cpu >= before->cpu && seconds > 0
			     ? (double)(now->cpu - before->cpu) / SECONDS / seconds
			     : 0;
	snprintf(cells[CPU], 16, "%.1f", 100 * cpu);
	human_size(cells[MEMORY], (double)now->memory);
	human_count(cells[BEHIND], (double)r->behind);
	if (!now->in)
		strcpy(cells[IN], "-");
	if (!now->out)
		strcpy(cells[OUT], "-");
	for (int i = 0; i < COLUMNS; i++)
		if (!is_known(r, i))
			strcpy(cells[i], "-");
}

static int name_width(const struct table_row *rows, size_t count)
{
	size_t width = NAME_MIN;
	for (size_t i = 0; i < count; i++)
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

static void put_note(struct terminal *t, const char *attribute, struct str text, int room)
{
	const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
	size_t len = end ? (size_t)(end - text.data) : text.len;
	if (!len)
		return;
	if (room > 4 && len > (size_t)room - 3)
		len = (size_t)room - 3;
	terminal_put_spaces(t, 2);
	terminal_put_colored(t, attribute, (struct str){ text.data, len });
	terminal_new_line(t);
}

static void put_cells(struct terminal *t, const struct table_row *r)
{
	char cells[COLUMNS][16];
	show_cells(r, cells);
	for (int i = 0; i < COLUMNS; i++)
		put_right(t, attribute(&r->now, i), cells[i], columns[i].width);
	terminal_new_line(t);
}

/* With its age, as what it tells of may be over. */
static void put_error(struct terminal *t, const struct gauge *g, int room)
{
	char text[GAUGE_TEXT + 32], age[HUMAN_TEXT];
	if (!*g->error)
		return;
	human_span(age, clock_wall() - g->error_at);
	snprintf(text, sizeof(text), "%s ago, %s", age, g->error);
	put_note(t, TERMINAL_RED, str(text), room);
}

/* Between its runs a scheduled stage has nothing to be counted: its schedule stands there. What its
 * filters said is of the last run, and over. */
static void put_row(struct terminal *t, const struct table_row *r, int names, int room)
{
	const char *attribute = r->failed ? TERMINAL_YELLOW : TERMINAL_CYAN;
	bool resting = r->schedule.len && !r->now.alive;
	terminal_put_colored(t, r->now.alive ? "" : TERMINAL_DIM, str(r->now.stage));
	terminal_put_spaces(t, names - (int)strlen(r->now.stage));
	if (!resting)
		put_cells(t, r);
	put_note(t, attribute, buffer_str(&r->schedule), resting ? room - names : room);
	if (!resting)
		put_note(t, TERMINAL_CYAN, str(r->now.status), room);
	put_note(t, TERMINAL_CYAN, buffer_str(&r->elsewhere), room);
	put_error(t, &r->now, room);
}

void table_put(struct terminal *t, const struct table_row *rows, size_t count, int width)
{
	int names = name_width(rows, count);
	put_header(t, names);
	for (size_t i = 0; i < count; i++)
		put_row(t, &rows[i], names, width);
}
