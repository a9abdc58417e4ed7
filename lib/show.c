#include "show.h"

#include <math.h>
#include <stdio.h>

#include "allocate.h"
#include "number.h"
#include "series.h"
#include "terminal.h"
#include "timestamp.h"
#include "json/json.h"

enum {
	CELLS_MAX = 1 << 16,
	KEY_MAX = 512,
	UNIT_MAX = 16,
	DECIMALS_MAX = 4,  /* of a float 64 whose schema announces none */
	ALIGN_MAX = 24,	   /* wider values and sources stand as they are, and push no others */
	INDENT_NARROW = 4, /* of a continued line, where the terminal has no room for more */
};

/* How one field of one source is shown, so that its values stand under one another. */
struct cell {
	char unit[UNIT_MAX];
	int unit_len, width, decimals;
	bool announced;
};

struct show {
	struct terminal terminal;
	struct series *cells;
	struct buffer room;
	int width, indent, time_width, source_width;
	bool first; /* no cell in this line yet */
};

static void widen(int *to, int columns)
{
	if (columns > *to && columns <= ALIGN_MAX)
		*to = columns;
}

static struct cell *cell_of(struct show *show, struct str source, struct str field)
{
	char key[KEY_MAX];
	bool is_new;
	size_t n = source.len < KEY_MAX / 2 ? source.len : KEY_MAX / 2;
	size_t rest = field.len < KEY_MAX / 2 - 1 ? field.len : KEY_MAX / 2 - 1;
	memcpy(key, source.data, n);
	key[n] = 0;
	memcpy(key + n + 1, field.data, rest);
	return series_get(show->cells, (struct str){ key, n + 1 + rest }, &is_new);
}

static void learn_unit(struct cell *cell, struct str unit)
{
	cell->unit_len = unit.len < UNIT_MAX ? (int)unit.len : 0;
	memcpy(cell->unit, unit.data, (size_t)cell->unit_len);
}

static void learn_field(struct cell *cell, struct cursor *c, uint32_t size)
{
	while (size--) {
		struct str key = { 0 };
		struct wire w;
		if (wire_next_str(c, &key) != 1)
			wire_skip(c);
		struct cursor value = *c;
		wire_skip(c);
		wire_next(&value, &w);
		if (str_eq(key, STR("unit")) && w.type == WIRE_STR)
			learn_unit(cell, w.bytes);
		if (str_eq(key, STR("decimals")) && w.type == WIRE_UINT && w.u <= 15) {
			cell->decimals = (int)w.u;
			cell->announced = true;
		}
	}
}

void show_learn(struct show *show, const struct sample *s)
{
	struct cursor c = { s->data + s->values.start, s->data + s->values.end };
	for (uint32_t i = 0; i < s->values.count; i++) {
		struct str name = { 0 };
		struct cursor entry = c;
		struct wire w;
		wire_skip(&c);
		wire_skip(&c);
		wire_next_str(&entry, &name);
		if (wire_next(&entry, &w) == 1 && w.type == WIRE_MAP)
			learn_field(cell_of(show, s->source, name), &entry, w.size);
	}
}

static int decimals_of(double v)
{
	char text[NUMBER_TEXT];
	size_t n = number_format(text, v, false);
	const char *point = memchr(text, '.', n);
	int decimals = point ? (int)(text + n - point - 1) : 0;
	return decimals < DECIMALS_MAX ? decimals : DECIMALS_MAX;
}

static int format_double(char *to, size_t room, struct cell *cell, double v)
{
	double size = fabs(v);
	if (!isfinite(v))
		return snprintf(to, room, "%s", isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
	if (!cell->announced && v != 0 && (size < 1e-3 || size >= 1e9))
		return snprintf(to, room, "%.4g", v);
	if (size >= 1e15)
		return snprintf(to, room, "%.6g", v);
	if (!cell->announced && decimals_of(v) > cell->decimals)
		cell->decimals = decimals_of(v);
	return snprintf(to, room, "%.*f", cell->decimals, v);
}

/* A value's text in room. */
static struct str value_text(struct cell *cell, struct cursor *c, struct buffer *room)
{
	struct cursor start = *c;
	struct wire w;
	wire_next(c, &w);
	if (w.type == WIRE_STR)
		return w.bytes;
	if (w.type == WIRE_NIL)
		return STR("-");
	room->len = 0;
	if (w.type == WIRE_DOUBLE) {
		char *to = (char *)buffer_reserve(room, 64);
		room->len = (size_t)format_double(to, 64, cell, w.d);
		return buffer_str(room);
	}
	*c = start;
	json_write_value(room, c);
	return buffer_str(room);
}

static const char *status_name(uint32_t status)
{
	static const struct {
		uint32_t status;
		const char *name;
	} names[] = {
		{ STATUS_BAD_COMMUNICATION_ERROR, "communication error" },
		{ STATUS_BAD_TIMEOUT, "timeout" },
		{ STATUS_BAD_NO_COMMUNICATION, "no communication" },
		{ STATUS_BAD_DATA_ENCODING_INVALID, "data encoding invalid" },
		{ STATUS_BAD_OUT_OF_RANGE, "out of range" },
		{ STATUS_BAD_NOT_SUPPORTED, "not supported" },
		{ STATUS_BAD_CONFIGURATION_ERROR, "configuration error" },
		{ STATUS_BAD_NOT_CONNECTED, "not connected" },
		{ STATUS_BAD_DEVICE_FAILURE, "device failure" },
		{ STATUS_BAD_SENSOR_FAILURE, "sensor failure" },
		{ STATUS_BAD_NO_DATA, "no data" },
		{ STATUS_UNCERTAIN_LAST_USABLE_VALUE, "last usable value" },
		{ STATUS_UNCERTAIN_SENSOR_NOT_ACCURATE, "sensor not accurate" },
		{ STATUS_UNCERTAIN_SUBNORMAL, "subnormal" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((status & 0xffff0000) == names[i].status)
			return names[i].name;
	return NULL;
}

/* " (bad: no communication)" */
static struct str status_text(uint32_t status, char *to, size_t room)
{
	const char *name = status_name(status),
		   *severity = status_is_bad(status) ? "bad" : "uncertain";
	int n = 0;
	if (status_is_good(status))
		return STR("");
	if (name)
		n = snprintf(to, room, " (%s: %s)", severity, name);
	else if (status & 0x3fffffff)
		n = snprintf(to, room, " (%s: 0x%08x)", severity, status);
	else
		n = snprintf(to, room, " (%s)", severity);
	return (struct str){ to, (size_t)n };
}

/* Two spaces before the next cell, or a new line where it does not fit. */
static void begin_cell(struct show *show, int columns)
{
	struct terminal *t = &show->terminal;
	bool first = show->first;
	show->first = false;
	if (first)
		return;
	if (!show->width || t->column + 2 + columns <= show->width) {
		terminal_put_spaces(t, 2);
		return;
	}
	terminal_new_line(t);
	terminal_put_spaces(t, show->indent);
}

/* Columns of a cell: name, value, unit and mark. */
static int cell_columns(const struct cell *cell, struct str name, int value, struct str mark)
{
	int unit = terminal_columns((struct str){ cell->unit, (size_t)cell->unit_len });
	return terminal_columns(name) + 1 + value + (unit ? 1 + unit : 0) + (int)mark.len;
}

static const char *status_color(uint32_t status)
{
	return status_is_bad(status) ? TERMINAL_RED : status_is_good(status) ? "" : TERMINAL_YELLOW;
}

static void put_value(struct show *show, const struct sample *s, struct str name, struct cursor *c)
{
	struct terminal *t = &show->terminal;
	char status_room[64];
	struct cell *cell = cell_of(show, s->source, name);
	uint32_t status = s->quality.count ? sample_status(s, name) : STATUS_GOOD;
	bool is_text = (*c->at & 0xe0) == 0xa0 || (*c->at >= 0xd9 && *c->at <= 0xdb);
	struct str value = value_text(cell, c, &show->room);
	struct str mark = status_text(status, status_room, sizeof(status_room));
	int columns = terminal_columns(value);
	if (sample_is_measurement(s))
		widen(&cell->width, columns);
	int pad = sample_is_measurement(s) && columns < cell->width ? cell->width - columns : 0;
	begin_cell(show, cell_columns(cell, name, columns + pad, mark));
	terminal_put_colored(t, TERMINAL_DIM, name);
	terminal_put_spaces(t, 1 + (is_text ? 0 : pad));
	terminal_put_colored(t, status_color(status), value);
	terminal_put_spaces(t, is_text ? pad : 0);
	if (cell->unit_len) {
		terminal_put_spaces(t, 1);
		terminal_put_colored(
			t, TERMINAL_DIM, (struct str){ cell->unit, (size_t)cell->unit_len });
	}
	terminal_put_colored(t, status_color(status), mark);
}

static void put_map(struct show *show, const struct sample *s, const struct sample_map *m)
{
	struct cursor c = { s->data + m->start, s->data + m->end };
	for (uint32_t i = 0; i < m->count; i++) {
		struct str name = { 0 };
		wire_next_str(&c, &name);
		put_value(show, s, name, &c);
	}
}

/* Up to where all stand that fit, and two more. */
static void pad_to(struct terminal *t, int column)
{
	terminal_put_spaces(t, column - t->column);
	terminal_put_spaces(t, 2);
}

/* 2026-01-01 00:00:00.250, in UTC. */
static void put_time(struct show *show, int64_t time)
{
	char text[TIMESTAMP_TEXT];
	size_t n = timestamp_format(text, time) - 1;
	text[10] = ' ';
	if ((int)n > show->time_width)
		show->time_width = (int)n;
	terminal_put_colored(&show->terminal, TERMINAL_DIM, (struct str){ text, n });
	pad_to(&show->terminal, show->time_width);
}

static void put_source(struct show *show, struct str source)
{
	widen(&show->source_width, terminal_columns(source));
	terminal_put_colored(&show->terminal, TERMINAL_CYAN, source);
	pad_to(&show->terminal, show->time_width + 2 + show->source_width);
}

static void put_kind(struct show *show, struct str kind)
{
	bool urgent = str_eq(kind, STR("alarm")) || str_eq(kind, STR("gap"));
	const char *attribute = urgent ? TERMINAL_BOLD TERMINAL_RED : TERMINAL_BOLD TERMINAL_YELLOW;
	terminal_put_colored(&show->terminal, attribute, kind);
	terminal_put_spaces(&show->terminal, 2);
}

void show_sample(struct show *show, struct buffer *out, const struct sample *s, bool with_via)
{
	struct terminal *t = &show->terminal;
	t->out = out;
	put_time(show, s->time);
	put_source(show, s->source);
	show->indent = show->width && t->column > show->width / 2 ? INDENT_NARROW : t->column;
	if (s->kind.len)
		put_kind(show, s->kind);
	show->first = true;
	put_map(show, s, &s->values);
	if (with_via && s->via.count)
		put_map(show, s, &s->via);
	terminal_new_line(t);
}

struct show *show_open(bool colored, int width)
{
	struct show *show = allocate(1, sizeof(*show));
	show->cells = series_open(sizeof(struct cell), CELLS_MAX, NULL);
	show->terminal.colored = colored;
	show->width = width;
	return show;
}

void show_close(struct show *show)
{
	series_close(show->cells);
	buffer_free(&show->room);
	free(show);
}
