/* Samples of a meter as readings of its account. */
#ifndef DUTO_METER_READING_H
#define DUTO_METER_READING_H

#include "account/account.h"
#include "filter/fields.h"
#include "sample.h"

struct meter_form {
	const char *reads; /* energy, power, register or totals */
	const char *stamp; /* start or end */
	const char *unit;  /* "": kWh or kW */
	int64_t interval;  /* of one sample, nanoseconds */
	int64_t digits;	   /* of a register that wraps at 10^digits counts; 0: at 2^64 */
	int64_t decimals;  /* of a register: a count is 10^-decimals of what it says */
	int64_t late;	   /* of a register: readings come so much out of order */
	const char *fields[CHANNELS];
	const char *check; /* a register beside the energy or power taken; NULL: none */
};

struct meter_reader;

/* NULL with a malloc'ed message where the form makes no sense. */
struct meter_reader *meter_reader_open(const struct meter_form *form, char **ret_error);

/* What accounts have to know of the readings. */
struct meterdata_form meter_reader_form(const struct meter_reader *m);

/* Adds a sample to an account and moves its time on. As account_add; -ENODATA where the sample has
 * no reading. */
int meter_read(struct meter_reader *m, const struct sample *s, struct account *a);

void meter_needs(const struct meter_reader *m, struct fields *f);

#endif
