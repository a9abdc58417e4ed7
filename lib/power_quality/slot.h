/* One slot of ten minutes: readings aggregated as the root of the mean square (IEC 61000-4-30,
 * 4.5), frequency as the mean of values of ten seconds. */
#ifndef DUTO_POWER_QUALITY_SLOT_H
#define DUTO_POWER_QUALITY_SLOT_H

#include "power_quality/archive.h"
#include "power_quality/profile.h"
#include "power_quality/reading.h"

/* What is aggregated. Those of one phase stand PHASES wide, harmonics WAVEFORM_ORDERS a phase. */
enum quantity {
	QUANTITY_VOLTAGE,
	QUANTITY_THD = QUANTITY_VOLTAGE + PHASES,
	QUANTITY_EVEN = QUANTITY_THD + PHASES,
	QUANTITY_ODD = QUANTITY_EVEN + PHASES,
	QUANTITY_TRIPLE = QUANTITY_ODD + PHASES,
	QUANTITY_UNBALANCE = QUANTITY_TRIPLE + PHASES,
	QUANTITY_RATE,
	QUANTITY_ORDERS,
	QUANTITIES = QUANTITY_ORDERS + PHASES * WAVEFORM_ORDERS,
};

/* The name of its field ("voltage_l1_n_h5"), and its unit. Borrowed until the next call; empty:
 * none is judged. */
struct str quantity_name(size_t quantity, const char **ret_unit);

/* Values of ten seconds: each the mean of what was read in them. */
struct frequencies {
	int64_t tick;	   /* where the ten seconds at hand begin */
	double sum, count; /* of them */
	int64_t values, inside[PROFILE_RANGES];
	double total, min, max; /* of values; min and max hold from the first on */
};

struct slot {
	int64_t start;
	bool open, flagged; /* flagged: a disturbance was going on */
	bool left_out;	    /* for the steady voltage */
	int64_t worst;	    /* quality */
	struct {
		double squares;
		int64_t count;
	} sums[QUANTITIES];
	struct frequencies frequencies;
};

void slot_begin(struct slot *s, int64_t start);
void slot_add(struct slot *s, const struct profile *p, const struct reading *r);
void slot_end(struct slot *s, const struct profile *p); /* before its values are asked for */

double slot_value(const struct slot *s, size_t quantity); /* NAN: none */
double slot_frequency(const struct slot *s);

/* The share of the slot that the readings of a voltage cover, at most 1, where one stands for so
 * long (ns); with all voltages that were ever there, the least of them. */
double slot_coverage(
	const struct slot *s, const struct profile *p, int64_t pace, const bool seen[]);

void frequencies_archive(struct frequencies *f, struct archive *a);
void slot_archive(struct slot *s, struct archive *a);

#endif
