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

enum { IN, OUT, LAG, QUEUE, DROPPED, LOST, CPU, MEMORY, RESTARTS, COLUMNS };

static const struct {
	const char *title;
	int width;
} columns[COLUMNS] = { { "IN/s", 7 }, { "OUT/s", 7 }, { "LAG", 6 }, { "QUEUE", 6 }, { "DROPS", 6 },
	{ "LOST", 6 }, { "CPU%", 6 }, { "MEM", 7 }, { "STARTS", 7 } };

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
	if (!now->in)
		strcpy(cells[IN], "-");
	if (!now->out)
		strcpy(cells[OUT], "-");
	for (int i = 0; i < COLUMNS; i++)
		if (!now->there || (!now->alive && (i == IN || i == OUT || i == LAG || i == QUEUE ||
							   i == CPU || i == MEMORY)))
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

static void put_note(struct terminal *t, const char *attribute, const char *text, int room)
{
	size_t len = strcspn(text, "\n");
	if (!*text)
		return;
	if (room > 4 && len > (size_t)room - 3)
		len = (size_t)room - 3;
	terminal_put_spaces(t, 2);
	terminal_put_colored(t, attribute, (struct str){ text, len });
	terminal_new_line(t);
}

static void put_row(struct terminal *t, const struct table_row *r, int names, int room)
{
	char cells[COLUMNS][16];
	show_cells(r, cells);
	terminal_put_colored(t, r->now.alive ? "" : TERMINAL_DIM, str(r->now.stage));
	terminal_put_spaces(t, names - (int)strlen(r->now.stage));
	for (int i = 0; i < COLUMNS; i++)
		put_right(t, attribute(&r->now, i), cells[i], columns[i].width);
	terminal_new_line(t);
	put_note(t, TERMINAL_CYAN, r->now.status, room);
	put_note(t, TERMINAL_RED, r->now.error, room);
}

void table_put(struct terminal *t, const struct table_row *rows, size_t count, int width)
{
	int names = name_width(rows, count);
	put_header(t, names);
	for (size_t i = 0; i < count; i++)
		put_row(t, &rows[i], names, width);
}
