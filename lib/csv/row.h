/* A row of cells as values of a sample: telling the types of columns, and writing each cell as its
 * column's type. */
#ifndef DUTO_ROW_H
#define DUTO_ROW_H

#include "columns.h"
#include "sample.h"

/* How the cells of a file are written. */
struct row_form {
	char decimal;		 /* '.' or ',' */
	struct opt_list missing; /* words that stand for no value among numbers and bools; none:
				    NaN, nan, NA, N/A, null */
};

/* Widens the types of the columns that were not given one, so that these cells fit. */
void row_infer(struct columns *columns, const struct str *cells, size_t count,
	const struct row_form *form);

/* Adds cell number at as a value. An empty or missing one is nil with quality Bad (no data), one
 * that is not of its column's type nil with Bad (data encoding invalid), as is text that is not
 * UTF-8: false then. A decimal number in a column of integers whose type was inferred makes it one
 * of floats from there on; a column without a type takes that of its first value. */
bool row_add(struct columns *columns, size_t at, struct str cell, const struct row_form *form,
	struct sample_writer *w);

#endif
