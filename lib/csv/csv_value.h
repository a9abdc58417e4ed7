/* Parts of samples as cells of CSV, as from-csv reads them back. */
#ifndef DUTO_CSV_VALUE_H
#define DUTO_CSV_VALUE_H

#include "buffer.h"
#include "sample.h"

struct csv_form {
	char separator;
	char decimal;	      /* '.' or ',' */
	bool for_spreadsheet; /* times without T and zone, to the millisecond */
	int64_t utc_offset;   /* ns that these are ahead of UTC */
};

/* Appends a value: numbers the shortest that read back the same (integers without, floats with a
 * decimal sign; NaN, Infinity), bools as true and false, bytes in hexadecimal, nil as nothing. */
void csv_value(struct buffer *out, const struct wire *w, const struct csv_form *form);

/* Appends 0 for Good, else the status code in hexadecimal. */
void csv_status(struct buffer *out, uint32_t status);

/* Appends the time (RFC 3339 in UTC, or for a spreadsheet) and the source of a sample, a separator between. */
void csv_time_and_source(struct buffer *out, const struct sample *s, const struct csv_form *form);

#endif
