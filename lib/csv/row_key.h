/* Which source a row of a CSV input is of, and of what time. */
#ifndef DUTO_ROW_KEY_H
#define DUTO_ROW_KEY_H

#include "buffer.h"
#include "columns.h"
#include "time_form.h"

enum { ROW_SOURCE_MAX = 500 }; /* bytes of a source's name */

/* Set what is above the line; the rest begins zeroed. */
struct row_key {
	const char *source; /* of all rows, or what stands before the source column's; NULL */
	const char *source_column; /* NULL: "source", unless source is given */
	const char *time_column;   /* NULL: "time" */
	struct time_form time_form;
	bool stepped;	     /* no column of times: row n is at start + (n - 1) * step */
	int64_t start, step; /* nanoseconds */
	int64_t row;	     /* number of the row at hand, from 1: counted by the caller */

	/* ---- */
	int time_at, source_at;
	size_t count;
	struct buffer name;
};

/* What is wrong with a row: a reason to count it under, the cell and the words. */
struct row_fault {
	const char *reason;
	size_t cell;
	char text[160];
};

/* Finds the columns of time and source, which then are no fields. -EINVAL with a malloc'ed message
 * (without the file) where they are not there. */
int row_key_columns(struct row_key *k, struct columns *columns, char **ret_error);

/* Reads the key of a row; *ret_source stays until the next call. -EINVAL: the row has too many or
 * too few cells, no time or no source. -ERANGE: steps have led beyond all times. */
int row_key_read(struct row_key *k, const struct str *cells, size_t count, int64_t *ret_time,
	struct str *ret_source, struct row_fault *ret_fault);

#endif
