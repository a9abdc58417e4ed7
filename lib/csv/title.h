/* From a column's title to a field's name and unit: "Air temperature [K]" is air_temperature in K.
 */
#ifndef DUTO_TITLE_H
#define DUTO_TITLE_H

#include <stddef.h>

#include "buffer.h"
#include "str.h"

/* Splits a unit off the end of a title: whatever stands in [], or in () if it reads as one (V, kWh,
 * m3/h, %). Returns the unit, empty where there is none, and what is left, without spaces around
 * it, in ret_rest. */
struct str title_unit(struct str title, struct str *ret_rest);

/* Appends a title as a name in snake case: ASCII letters small, a "_" between words and where
 * camelCase begins one (of two small letters or more, so kWh is one word), Latin letters without
 * their accents, letters of other scripts as they are, all else between words. Appends nothing
 * where no letter or digit is in it. */
void title_name(struct buffer *to, struct str title);

/* Names and units for a row of titles. A title without letters is column_N, from 1; a name that has
 * been given already gets _2, _3, ... Of a title that is not UTF-8 the name is the label. */
struct title {
	struct str title, name, unit, label; /* label: the title without its unit */
};

/* Returns one block for free(), which holds the texts of the titles too. */
struct title *title_read(const struct str *titles, size_t count);

#endif
