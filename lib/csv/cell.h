/* What the text of a cell says: a number, true or false, or just text. */
#ifndef DUTO_CELL_H
#define DUTO_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum cell_type {
	CELL_UNKNOWN, /* nothing seen yet */
	CELL_BOOL,
	CELL_INTEGER,
	CELL_FLOAT,
	CELL_TEXT,
};

struct cell {
	enum cell_type type;
	union {
		bool b;
		int64_t i;
		double d;
	};
};

/* Reads a cell as the narrowest type it fits: true and false (in any case), an integer that fits 64
 * bits, a finite decimal number, else text; so a row of digits too long for an integer is text and
 * loses none. Spaces around and a plus sign before a number are allowed. decimal is the sign
 * between units and tenths; with ',' dots may group thousands (1.234.567,8). */
struct cell cell_read(struct str text, char decimal);

/* The type that holds both: integers among floats are floats, anything else mixed is text. */
enum cell_type cell_join(enum cell_type a, enum cell_type b);

/* Turns a cell into a type: integers become floats, 0 and 1 bools. False where it does not fit. */
bool cell_convert(struct cell *c, enum cell_type to);

/* What a message says was expected of a cell of this type: "an integer". */
const char *cell_expected(enum cell_type type);

/* What a message shows of a cell's text: its beginning. */
struct str cell_shown(struct str text);

/* integer, float, bool, text; CELL_UNKNOWN for any other word. */
enum cell_type cell_type_named(struct str name);

#endif
