/* The picture of a pipeline: a box a stage, each below what it reads, and to their right a lane for
 * each stage that is read: solid for edges, dashed for taps.
 *
 *     ┌ read ──────────────┐
 *     │ modbus --every 1s  ├──┐
 *     └────────────────────┘  │
 *     ┌ score ─────────────┐  │
 *     │ scale              │◀─┘
 *     │ | forest           │
 *     └────────────────────┘
 */
#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "canvas.h"
#include "pipelines/stage/keeps.h"

enum { BOX_MAX = 72 };

/* The line down the right side from a stage to those that read it. */
struct lane {
	size_t writer; /* index of the stage */
	bool tap;
	size_t top, end; /* rows, of the writer and of the last reader */
	size_t bottom;	 /* the column is its own down to this row */
	size_t column;	 /* from 0, left to right */
};

struct graph {
	const struct pipeline *p;
	const struct traits *traits;
	struct canvas canvas;
	size_t width; /* of the boxes, inside */
	size_t *row;  /* per stage, of its box's top */
	size_t *used; /* per stage, rows of its right side that have a line */
	struct lane *lanes;
	size_t lane_count;
};

char *picture_substage(const struct substage *s, bool first)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	if (!to)
		abort();
	fputs(first ? "" : "| ", to);
	for (size_t i = 0; i < s->count; i++) {
		bool quote = !*s->argv[i] || strpbrk(s->argv[i], " \t\n|");
		fprintf(to, "%s%s%s%s", i ? " " : "", quote ? "'" : "", s->argv[i],
			quote ? "'" : "");
	}
	fclose(to);
	return text;
}

static size_t count_readers(const struct pipeline *p, size_t writer, bool tap)
{
	size_t count = 0;
	for (size_t i = 0; i < p->stage_count; i++) {
		const struct stage *reader = &p->stages[i];
		const struct source *sources = tap ? reader->taps : reader->from;
		for (size_t k = 0; k < (tap ? reader->tap_count : reader->from_count); k++)
			count += sources[k].stage == writer;
	}
	return count;
}

static size_t box_height(const struct graph *g, size_t stage)
{
	const struct pipeline *p = g->p;
	const struct stage *s = &p->stages[stage];
	size_t lines = s->substage_count + (s->listen.text ? 1 : 0) + g->traits[stage].keeps;
	size_t ends = s->from_count + s->tap_count + (count_readers(p, stage, false) > 0) +
		      (count_readers(p, stage, true) > 0);
	return lines > ends ? lines : ends;
}

/* Takes the text over. */
static void make_room(struct graph *g, char *text)
{
	size_t width = canvas_width(text);
	g->width = width > g->width ? width : g->width;
	free(text);
}

static void measure(struct graph *g)
{
	const struct pipeline *p = g->p;
	g->width = 24;
	for (size_t i = 0; i < p->stage_count; i++) {
		const struct stage *s = &p->stages[i];
		for (size_t k = 0; k < s->substage_count; k++)
			make_room(g, picture_substage(&s->substages[k], k == 0));
		if (g->traits[i].keeps)
			make_room(g, keeps_text(s));
	}
	if (g->width > BOX_MAX)
		g->width = BOX_MAX;
	size_t row = 0;
	for (size_t i = 0; i < p->stage_count; i++) {
		g->row[p->order[i]] = row;
		row += box_height(g, p->order[i]) + 2;
	}
}

static void draw_rule(
	struct graph *g, size_t row, const char *left, const char *right, const char *name)
{
	size_t column = 0;
	canvas_put(&g->canvas, row, column++, left);
	if (*name) {
		canvas_put(&g->canvas, row, column++, " ");
		column = canvas_text(&g->canvas, row, column, name, g->width);
		canvas_put(&g->canvas, row, column++, " ");
	}
	while (column < g->width + 3)
		canvas_put(&g->canvas, row, column++, "─");
	canvas_put(&g->canvas, row, column, right);
}

static void draw_box(struct graph *g, size_t index)
{
	const struct stage *s = &g->p->stages[index];
	size_t row = g->row[index], height = box_height(g, index);
	draw_rule(g, row, "┌", "┐", s->name.text);
	for (size_t i = 0; i < height; i++) {
		canvas_put(&g->canvas, row + 1 + i, 0, "│");
		canvas_put(&g->canvas, row + 1 + i, g->width + 3, "│");
	}
	for (size_t i = 0; i < s->substage_count; i++) {
		char *text = picture_substage(&s->substages[i], i == 0);
		canvas_text(&g->canvas, row + 1 + i, 2, text, g->width);
		free(text);
	}
	if (s->listen.text)
		canvas_text(&g->canvas, row + 1 + s->substage_count, 2, s->listen.text, g->width);
	if (g->traits[index].keeps) {
		char *text = keeps_text(s);
		size_t line = s->substage_count + (s->listen.text ? 1 : 0);
		canvas_text(&g->canvas, row + 1 + line, 2, text, g->width);
		free(text);
	}
	draw_rule(g, row + 1 + height, "└", "┘", "");
}

static size_t next_row(struct graph *g, size_t stage)
{
	return g->row[stage] + 1 + g->used[stage]++;
}

/* The leftmost column that no lane beside it takes. */
static size_t free_column(const struct graph *g, size_t top, size_t bottom)
{
	for (size_t column = 0;; column++) {
		bool taken = false;
		for (size_t i = 0; i < g->lane_count; i++)
			taken |= g->lanes[i].column == column && g->lanes[i].top <= bottom &&
				 g->lanes[i].bottom >= top;
		if (!taken)
			return column;
	}
}

static size_t column_of(const struct graph *g, const struct lane *lane)
{
	return g->width + 6 + 3 * lane->column;
}

/* From the box's side to the lane; lines that it meets on the way pass over it. */
static void draw_across(struct graph *g, size_t row, const struct lane *lane)
{
	for (size_t column = g->width + 4; column < column_of(g, lane); column++)
		if (!*canvas_at(&g->canvas, row, column))
			canvas_put(&g->canvas, row, column, lane->tap ? "╌" : "─");
}

static size_t last_reader_row(const struct graph *g, size_t writer, bool tap)
{
	size_t last = 0;
	for (size_t i = 0; i < g->p->stage_count; i++) {
		const struct stage *reader = &g->p->stages[i];
		const struct source *sources = tap ? reader->taps : reader->from;
		for (size_t k = 0; k < (tap ? reader->tap_count : reader->from_count); k++)
			if (sources[k].stage == writer && g->row[i] > last)
				last = g->row[i] + box_height(g, i);
	}
	return last;
}

static void open_lane(struct graph *g, size_t writer, bool tap)
{
	if (count_readers(g->p, writer, tap) == 0 || g->lane_count == 2 * g->p->stage_count)
		return;
	size_t top = next_row(g, writer), bottom = last_reader_row(g, writer, tap);
	size_t column = free_column(g, top, bottom);
	g->lanes[g->lane_count++] = (struct lane){ writer, tap, top, top, bottom, column };
}

static void connect_reader(struct graph *g, const struct source *source, size_t reader, bool tap)
{
	for (size_t i = 0; i < g->lane_count; i++) {
		struct lane *lane = &g->lanes[i];
		if (lane->writer != source->stage || lane->tap != tap)
			continue;
		size_t row = next_row(g, reader);
		canvas_put(&g->canvas, row, g->width + 4, "◀");
		canvas_put(&g->canvas, row, column_of(g, lane), "┤");
		lane->end = row;
		if (g->row[reader] + box_height(g, reader) == lane->bottom)
			lane->bottom = row;
	}
}

/* Readers' ends come first, each box from its first row down; then the box's own lanes begin. */
static void lay_out_lanes(struct graph *g)
{
	for (size_t i = 0; i < g->p->stage_count; i++) {
		size_t index = g->p->order[i];
		const struct stage *s = &g->p->stages[index];
		for (size_t k = 0; k < s->from_count; k++)
			connect_reader(g, &s->from[k], index, false);
		for (size_t k = 0; k < s->tap_count; k++)
			connect_reader(g, &s->taps[k], index, true);
		open_lane(g, index, false);
		open_lane(g, index, true);
	}
}

static void draw_down(struct graph *g, const struct lane *lane)
{
	size_t column = column_of(g, lane);
	canvas_put(&g->canvas, lane->top, g->width + 3, "├");
	canvas_put(&g->canvas, lane->top, column, "┐");
	for (size_t row = lane->top + 1; row < lane->end; row++)
		if (!*canvas_at(&g->canvas, row, column))
			canvas_put(&g->canvas, row, column, lane->tap ? "╎" : "│");
	canvas_put(&g->canvas, lane->end, column, "┘");
}

static void draw_lines(struct graph *g)
{
	for (size_t i = 0; i < g->lane_count; i++)
		draw_down(g, &g->lanes[i]);
	for (size_t i = 0; i < g->lane_count; i++)
		for (size_t row = g->lanes[i].top; row <= g->lanes[i].end; row++) {
			const char *there = canvas_at(&g->canvas, row, column_of(g, &g->lanes[i]));
			if (strcmp(there, "┤") == 0 || strcmp(there, "┐") == 0 ||
				strcmp(there, "┘") == 0)
				draw_across(g, row, &g->lanes[i]);
		}
}

void picture_print(const struct pipeline *p, const struct traits *traits, FILE *to)
{
	struct graph g = { .p = p, .traits = traits };
	g.row = allocate(p->stage_count + 1, sizeof(*g.row));
	g.used = allocate(p->stage_count + 1, sizeof(*g.used));
	g.lanes = allocate(2 * p->stage_count + 1, sizeof(*g.lanes));
	measure(&g);
	for (size_t i = 0; i < p->stage_count; i++)
		draw_box(&g, i);
	lay_out_lanes(&g);
	draw_lines(&g);
	fprintf(to, "%s\n", p->name.text);
	canvas_print(&g.canvas, to);
	canvas_free(&g.canvas);
	free(g.row);
	free(g.used);
	free(g.lanes);
}
