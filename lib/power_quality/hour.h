/* The power factor of an hour, from its energies: the active one over the root of the sum of squares
 * of both. Energies are those of the meter's registers where it has them, else the integrals of its
 * powers. */
#ifndef DUTO_POWER_QUALITY_HOUR_H
#define DUTO_POWER_QUALITY_HOUR_H

#include "power_quality/archive.h"
#include "power_quality/reading.h"

enum {
	HOUR_REGISTERS = 3, /* active, inductive, capacitive */
	HOUR_POWERS = 2,    /* active, reactive */
};

/* Zeroed and then hour_begin with start 0: no hour yet. */
struct hour {
	int64_t start;
	bool open;
	int64_t readings;
	double first[HOUR_REGISTERS],
		last[HOUR_REGISTERS]; /* first: at the end of the hour before */
	bool fell;		      /* a register did: it was reset or exchanged */
	double sums[HOUR_POWERS];
	int64_t counts[HOUR_POWERS];
};

void hour_begin(struct hour *h, int64_t start);
void hour_add(struct hour *h, const struct reading *r);

/* NAN: not known. *ret_reactive: the reactive energy, above 0 inductive, in what unit so ever. */
double hour_power_factor(const struct hour *h, double *ret_reactive);

void hour_archive(struct hour *h, struct archive *a);

#endif
