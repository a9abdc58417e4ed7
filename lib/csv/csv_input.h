/* CSV inputs, one after another, in pieces: the titles of each, then its rows. Where the columns'
 * types are to be told by the first rows, these are looked at before any is taken. */
#ifndef DUTO_CSV_INPUT_H
#define DUTO_CSV_INPUT_H

#include "csv.h"
#include "opt.h"

/* Set what is above the line; the rest begins zeroed. */
struct csv_input {
	struct csv reader; /* its separator */
	bool no_header;
	struct opt_list titles; /* of inputs without a header; none: their numbers, from 1 */
	int64_t look_max;	/* rows that are looked at, from 1 */

	/* Called with the titles of an input; says whether its rows are to be looked at. */
	bool (*columns)(const struct str *titles, size_t count);
	/* Called with each of the rows to look at, before take is with the same ones. */
	void (*look)(const struct csv *row);
	void (*take)(const struct csv *row);
	/* Called with error and error_place of what is no row, once for each. header: it stands
	 * where the titles should, and the input cannot be read. */
	void (*malformed)(const struct csv *c, bool header);

	/* ---- */
	struct csv scout;
	struct buffer held; /* rows looked at and not yet taken */
	int64_t looked_at;
	enum { CSV_INPUT_TITLES, CSV_INPUT_LOOKING, CSV_INPUT_TAKING } stage;
};

/* Reads on, and returns the bytes used; the rest comes again with more behind it. last: nothing
 * follows in this input. */
size_t csv_input_read(struct csv_input *in, struct str data, bool last);

/* Reads the titles only, as csv_input_read would. */
size_t csv_input_titles(struct csv_input *in, struct str data, bool last);

/* Makes ready for the next input; false: this one ended before its titles. */
bool csv_input_next(struct csv_input *in);

#endif
