/* The names in a Lua expression. */
#ifndef DUTO_SCRIPT_SCAN_H
#define DUTO_SCRIPT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

/* A field that is read: its name, with dots, and where what names it stands in the text. optional: asked
 * for by has(); prev: as it was. */
struct scan_use {
	struct str name;
	size_t start, len;
	bool optional, prev;
};

struct scan {
	struct scan_use *uses;
	size_t count;
};

/* Finds the fields that an expression reads: names that are no keywords, no keys of tables, no
 * locals or parameters, and not the words that are known already. Text that is not Lua is left to
 * the compiler. */
void scan_expression(struct scan *scan, struct str text, bool (*is_known)(struct str word));

/* The length of the field's name that text begins with: names with dots between; 0: none. */
size_t scan_field(struct str text);

#endif
