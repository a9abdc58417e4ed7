/* CSV as RFC 4180 has it, read in pieces: cells between separators, cells in quotes with doubled
 * quotes and line ends in them, lines ended by LF or CRLF, a byte order mark at the start. Empty
 * lines are no rows; a quote within a cell that does not begin with one is text. There are no
 * comment lines.
 *
 * Reading allocates nothing once the longest row has been seen, and holds at most one row. */
#ifndef DUTO_CSV_H
#define DUTO_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "str.h"

enum {
	CSV_ROW_MAX =
		1 << 20, /* bytes; also where the end of a quoted cell is no longer looked for */
	CSV_CELLS_MAX = 1 << 16,
};

/* A place in the text: line and character (UTF-8) within it, both from 1. */
struct csv_place {
	uint64_t line, column;
};

struct csv_span {
	uint32_t start, end; /* the cell with its quotes: bytes from the row's first */
	bool doubled;	     /* has doubled quotes to undo */
};

/* A reader. Zero it; set what is not the default; csv_free at the end. */
struct csv {
	char separator; /* 0 stands for a comma */

	/* The row last read. Cells point into the data handed in, or into text. */
	struct str *cells;
	size_t count;
	uint64_t line; /* the row's first line */

	/* What is wrong with a malformed row, and where. */
	const char *error;
	struct csv_place error_place;

	/* The rest is the reader's own. */
	const char *row;
	struct csv_span *spans;
	size_t room;
	uint64_t next_line;
	uint32_t at, cell, newlines;
	int state;
	bool doubled, skipping, begun;
	bool stops[256];
	struct buffer text;
};

/* Reads the next row of data, which begin where the last call stopped; where that one returned 0,
 * with the same bytes and more behind them. last: nothing follows. *ret_used is how far it came,
 * whatever the return value: 1          a row, in cells and count 0          the row is not
 * complete yet; with last, there is no more row -EBADMSG   a malformed row (error, error_place):
 * passed over, reading goes on in the line after the mistake */
int csv_next(struct csv *c, const char *data, size_t len, bool last, size_t *ret_used);

/* Where a cell of the row last read begins. */
struct csv_place csv_place(const struct csv *c, size_t cell);

/* Makes ready for another input: the settings and the room stay. */
void csv_restart(struct csv *c);

/* Begins where another reader stands, with its separator; reads on on its own. */
void csv_begin_at(struct csv *c, const struct csv *other);
void csv_free(struct csv *c);

/* The separator that a user names: one character, or tab (\\t). 0: it can be none. */
char csv_separator(const char *name);

/* Appends a cell to out, in quotes where it needs them. */
void csv_write(struct buffer *out, struct str cell, char separator);

#endif
