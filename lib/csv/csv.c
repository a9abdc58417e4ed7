#include "csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "allocate.h"

enum state { AT_CELL, IN_PLAIN, IN_QUOTES, AFTER_QUOTE };

static const char byte_order_mark[] = { '\xef', '\xbb', '\xbf' };

static struct csv_place place_in_row(const struct csv *c, size_t offset)
{
	struct csv_place p = { c->line, 1 };
	for (size_t i = 0; i < offset; i++) {
		if (c->row[i] == '\n')
			p = (struct csv_place){ p.line + 1, 1 };
		else if (((uint8_t)c->row[i] & 0xc0) != 0x80)
			p.column++;
	}
	return p;
}

struct csv_place csv_place(const struct csv *c, size_t cell)
{
	return place_in_row(c, c->spans[cell].start);
}

static char separator_of(const struct csv *c)
{
	return c->separator ? c->separator : ',';
}

static void begin_row(struct csv *c)
{
	c->state = AT_CELL;
	c->count = 0;
	c->at = c->cell = c->newlines = 0;
	c->doubled = false;
}

/* Passes over data up to the next line end. */
static size_t skip_line(struct csv *c, const char *data, size_t len)
{
	const char *end = memchr(data, '\n', len);
	c->skipping = !end;
	if (!end)
		return len;
	c->next_line++;
	return (size_t)(end - data) + 1;
}

/* Gives the row up: reading goes on in the line after the byte at offset. */
static int malformed(struct csv *c, const char *data, size_t len, size_t offset, const char *error,
	size_t *ret_used)
{
	c->error = error;
	c->error_place = place_in_row(c, offset);
	c->next_line = c->error_place.line;
	*ret_used = offset + skip_line(c, data + offset, len - offset);
	begin_row(c);
	return -EBADMSG;
}

static void grow(struct csv *c)
{
	c->room = c->room ? 2 * c->room : 32;
	c->spans = reallocate(c->spans, c->room, sizeof(*c->spans));
	c->cells = reallocate(c->cells, c->room, sizeof(*c->cells));
}

static void end_cell(struct csv *c, uint32_t end)
{
	if (c->count == c->room)
		grow(c);
	c->spans[c->count++] = (struct csv_span){ c->cell, end, c->doubled };
	c->cell = end + 1;
	c->doubled = false;
	c->state = AT_CELL;
}

/* Copies a cell whose quotes are doubled; room for the whole row has been made. */
static struct str undouble(struct buffer *text, struct str cell)
{
	char *start = (char *)text->data + text->len, *to = start;
	for (size_t i = 0; i < cell.len; i++) {
		*to++ = cell.data[i];
		i += cell.data[i] == '"';
	}
	text->len += (size_t)(to - start);
	return (struct str){ start, (size_t)(to - start) };
}

static void fill_cells(struct csv *c, const char *data)
{
	c->text.len = 0;
	buffer_reserve(&c->text, c->at);
	for (size_t i = 0; i < c->count; i++) {
		const struct csv_span *s = &c->spans[i];
		struct str cell = { data + s->start, s->end - s->start };
		if (cell.len && cell.data[0] == '"')
			cell = (struct str){ cell.data + 1, cell.len - 2 };
		c->cells[i] = s->doubled ? undouble(&c->text, cell) : cell;
	}
}

/* What stands in the way of a cell going on with this byte; NULL: nothing. */
static const char *objection(const struct csv *c, char byte)
{
	if (byte == '\0')
		return "a NUL byte: this is not CSV in UTF-8";
	if (c->state == AFTER_QUOTE)
		return "text after a closing quote: expected a separator or the end of the line";
	if (byte == '\r')
		return "a carriage return without a line feed";
	return NULL;
}

static void quoted_byte(struct csv *c, char byte)
{
	if (byte == '"')
		c->state = AFTER_QUOTE;
	else if (byte == '\n')
		c->newlines++;
}

/* Takes one byte of a cell; true where it belongs to one. */
static bool cell_byte(struct csv *c, char byte, char separator)
{
	if (c->state == IN_QUOTES && byte) {
		quoted_byte(c, byte);
	} else if (byte == separator) {
		end_cell(c, c->at);
	} else if (byte == '"' && c->state == AT_CELL) {
		c->state = IN_QUOTES;
	} else if (byte == '"' && c->state == AFTER_QUOTE) {
		c->state = IN_QUOTES;
		c->doubled = true;
	} else if (objection(c, byte)) {
		return false;
	} else {
		c->state = IN_PLAIN;
	}
	return true;
}

/* The row ends at c->at; more bytes of line end follow there. */
static int end_row(struct csv *c, const char *data, size_t more, size_t *ret_used)
{
	end_cell(c, c->at);
	fill_cells(c, data);
	c->next_line = c->line + c->newlines + (more > 0);
	*ret_used = c->at + more;
	c->state = AT_CELL;
	c->at = c->cell = c->newlines = 0;
	return 1;
}

/* Bytes of a line end at data; -1: too early to say. */
static int line_end(const char *data, size_t len, bool last)
{
	if (data[0] == '\n')
		return 1;
	if (data[0] != '\r')
		return 0;
	if (len < 2)
		return last ? 1 : -1;
	return data[1] == '\n' ? 2 : 0;
}

static int end_of_data(struct csv *c, const char *data, size_t len, bool last, size_t *ret_used)
{
	if (!last) {
		*ret_used = 0;
		return 0;
	}
	if (c->state == IN_QUOTES)
		return malformed(c, data, len, c->cell, "a quote that is not closed", ret_used);
	return end_row(c, data, 0, ret_used);
}

static int row_too_long(struct csv *c, const char *data, size_t len, size_t *ret_used)
{
	if (c->state == IN_QUOTES)
		return malformed(
			c, data, len, c->cell, "a quote that is not closed within 1 MiB", ret_used);
	return malformed(c, data, len, c->at, "a row longer than 1 MiB", ret_used);
}

/* The bytes that a plain cell may not simply go on with. */
static void set_stops(struct csv *c)
{
	memset(c->stops, 0, sizeof(c->stops));
	c->stops['\0'] = c->stops['\n'] = c->stops['\r'] = c->stops['"'] = true;
	c->stops[(uint8_t)separator_of(c)] = true;
}

/* Goes over bytes that are just text. */
static void pass_over(struct csv *c, const char *data, size_t len)
{
	size_t at = c->at, end = len < CSV_ROW_MAX ? len : CSV_ROW_MAX;
	if (c->state == AFTER_QUOTE)
		return;
	if (c->state == IN_QUOTES) {
		while (at < end && data[at] != '"' && data[at] != '\n' && data[at])
			at++;
	} else {
		while (at < end && !c->stops[(uint8_t)data[at]])
			at++;
		if (at > c->at)
			c->state = IN_PLAIN;
	}
	c->at = (uint32_t)at;
}

static int read_row(struct csv *c, const char *data, size_t len, bool last, size_t *ret_used)
{
	char separator = separator_of(c);
	for (;; c->at++) {
		pass_over(c, data, len);
		if (c->at >= len)
			break;
		if (c->at == CSV_ROW_MAX)
			return row_too_long(c, data, len, ret_used);
		char byte = data[c->at];
		int end = 0;
		if (c->state != IN_QUOTES && (byte == '\n' || byte == '\r'))
			end = line_end(data + c->at, len - c->at, last);
		if (end > 0)
			return end_row(c, data, (size_t)end, ret_used);
		if (end < 0)
			break;
		if (!cell_byte(c, byte, separator))
			return malformed(c, data, len, c->at, objection(c, byte), ret_used);
		if (c->count == CSV_CELLS_MAX)
			return malformed(
				c, data, len, c->at, "more than 65536 cells in a row", ret_used);
	}
	return end_of_data(c, data, len, last, ret_used);
}

/* Bytes before a row: a byte order mark, empty lines. */
static size_t skip_blank(struct csv *c, const char *data, size_t len, bool last)
{
	size_t used = 0;
	if (!c->begun) {
		c->begun = true;
		set_stops(c);
		c->next_line = c->next_line ? c->next_line : 1;
		if (len >= 3 && memcmp(data, byte_order_mark, 3) == 0)
			used = 3;
	}
	while (used < len) {
		int end = line_end(data + used, len - used, last);
		if (end <= 0)
			break;
		used += (size_t)end;
		c->next_line++;
	}
	return used;
}

static bool may_begin_mark(const char *data, size_t len)
{
	return len < 3 && memcmp(data, byte_order_mark, len) == 0;
}

int csv_next(struct csv *c, const char *data, size_t len, bool last, size_t *ret_used)
{
	size_t used = 0;
	if (!len || (!c->begun && !last && may_begin_mark(data, len))) {
		*ret_used = 0;
		return 0;
	}
	if (c->skipping)
		used = skip_line(c, data, len);
	if (!c->skipping && !c->at)
		used += skip_blank(c, data + used, len - used, last);
	if (used == len) {
		*ret_used = used;
		return 0;
	}
	if (!c->at) {
		begin_row(c);
		c->line = c->next_line;
	}
	c->row = data + used;
	size_t row_used;
	int r = read_row(c, data + used, len - used, last, &row_used);
	*ret_used = used + row_used;
	return r;
}

void csv_restart(struct csv *c)
{
	begin_row(c);
	c->skipping = c->begun = false;
	c->next_line = 0;
}

void csv_begin_at(struct csv *c, const struct csv *other)
{
	begin_row(c);
	c->separator = other->separator;
	c->skipping = other->skipping;
	c->begun = other->begun;
	memcpy(c->stops, other->stops, sizeof(c->stops));
	c->next_line = other->next_line;
}

void csv_free(struct csv *c)
{
	free(c->cells);
	free(c->spans);
	buffer_free(&c->text);
	*c = (struct csv){ 0 };
}

static bool needs_quotes(struct str cell, char separator)
{
	for (size_t i = 0; i < cell.len; i++) {
		char byte = cell.data[i];
		if (byte == separator || byte == '"' || byte == '\n' || byte == '\r')
			return true;
	}
	return false;
}

void csv_write(struct buffer *out, struct str cell, char separator)
{
	if (!needs_quotes(cell, separator)) {
		buffer_add_str(out, cell);
		return;
	}
	buffer_add_char(out, '"');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.data[i] == '"')
			buffer_add_char(out, '"');
		buffer_add_char(out, cell.data[i]);
	}
	buffer_add_char(out, '"');
}

char csv_separator(const char *name)
{
	if (strcmp(name, "tab") == 0 || strcmp(name, "\\t") == 0)
		return '\t';
	return strlen(name) == 1 && !strchr("\"\r\n", name[0]) ? name[0] : 0;
}
