/* Several meters as one: fields of the same name added, averaged or balanced.
 *
 * What each field becomes is said by name, else by its unit: power, energy and current add up (W, var,
 * VA, Wh, varh, VAh, A, with k or M), voltage, frequency, temperature and shares have a mean (V, Hz,
 * °C, K, %). Others are left out. */
#ifndef DUTO_TOTAL_H
#define DUTO_TOTAL_H

#include "align.h"
#include "opt.h"
#include "sample.h"

struct total_form {
	const struct opt_list *meters, *minus; /* paths; minus may be empty */
	const struct opt_list *sums, *means;   /* names; empty: by unit */
	/* "name=a,b,c": the mean of those of these fields of the total that are there. */
	const struct opt_list *across;
	const struct opt_list *ratios; /* "name=a/b" */
};

struct total;

/* NULL with a malloc'ed message where a word of across or ratios is not of its form. */
struct total *total_open(const struct total_form *form, char **ret_error);

/* All meters, those of minus last; for align. */
const struct opt_list *total_sources(const struct total *t);

/* Learns what schemas said, from all of them written by align_write_schema, and writes the schema of
 * the total. */
void total_schema(struct total *t, const struct sample *aligned, struct sample_writer *to);

/* The names of fields in the order in which they came, as one wire object, and back. */
void total_save(const struct total *t, struct buffer *to);
bool total_load(struct total *t, struct cursor *from);

/* Writes the total of what align_write wrote. A sum that a meter is missing from is nil and Bad; a
 * mean that one is missing from is Uncertain. Integers add up as integers. Of a field that only some
 * meters have there is no sum. */
void total_write(struct total *t, const struct sample *aligned, struct sample_writer *to);

#endif
