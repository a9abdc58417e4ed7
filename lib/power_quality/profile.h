/* Power-quality profiles: what a standard or a regulation asks of a supply, as a file that people
 * read and extend (schemas/power-quality.md), and what of it holds at one nominal voltage.
 *
 * Voltages are in V, frequencies in Hz, durations in ns, indices (unbalance, distortion) in %.
 * Shares are exact decimals of 1. */
#ifndef DUTO_POWER_QUALITY_PROFILE_H
#define DUTO_POWER_QUALITY_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decimal.h"

enum {
	PROFILE_RANGES = 4,
	PROFILE_CLASSES = 8,
	PROFILE_ORDERS = 41, /* harmonics 2 to 40 */
};

enum disturbance_kind {
	DISTURBANCE_SAG,
	DISTURBANCE_SWELL,
	DISTURBANCE_INTERRUPTION,
	DISTURBANCE_KINDS,
};

extern const char *const disturbance_names[DISTURBANCE_KINDS];

/* At least this share of values lies between from and to, both included. */
struct profile_range {
	double from, to;
	decimal share;
};

struct profile_ranges {
	struct profile_range all[PROFILE_RANGES];
	size_t count;
};

/* Disturbances up to this length, what they are called by kind; NULL: as the kind. */
struct profile_class {
	int64_t up_to;
	const char *names[DISTURBANCE_KINDS];
};

/* Steady voltage in bands: adequate from adequate_from to adequate_to, critical beyond the critical
 * limits, precarious between; a value at a limit is in the better band. unit: what the limits are
 * multiples of, in V. */
struct profile_bands {
	double unit, critical_below, adequate_from, adequate_to, critical_above;
};

/* Weights in the compensation for precarious and critical voltage; 0: none is asked. */
struct profile_compensation {
	decimal precarious, critical;
};

/* The 95 % values (of --share) that must not be exceeded; NAN: no limit. */
enum profile_index {
	PROFILE_UNBALANCE,
	PROFILE_THD,
	PROFILE_EVEN,	/* even orders, no multiples of three */
	PROFILE_ODD,	/* odd orders, no multiples of three */
	PROFILE_TRIPLE, /* multiples of three */
	PROFILE_INDICES,
};

struct profile {
	struct yaml *file; /* holds the texts */
	const char *name, *title, *revision;
	double nominal;	  /* voltage */
	double frequency; /* nominal */

	int64_t slot, period;
	decimal coverage;  /* the share of a slot that readings must cover */
	uint64_t readings; /* valid ones that a period is made of; 0: as many as come */
	decimal percentile;

	double sag, swell, interruption, hysteresis; /* of the nominal voltage */
	int64_t brief; /* disturbances up to this length are none of the steady voltage */
	bool leaves_out[DISTURBANCE_KINDS]; /* brief ones, and interruptions of any length, make a
					       reading invalid */
	struct profile_class classes[PROFILE_CLASSES];
	size_t class_count;

	bool has_bands;
	struct profile_bands bands;
	decimal precarious_limit, critical_limit; /* shares */
	struct profile_compensation compensation;
	struct profile_ranges voltage; /* of the nominal voltage */
	struct profile_ranges frequencies;
	double limits[PROFILE_INDICES], orders[PROFILE_ORDERS];
	double power_factor; /* the reference; NAN: none */
};

/* Reads a profile for a nominal voltage. All of the file is checked. 0, or -errno with a malloc'ed
 * message ("FILE:LINE:COLUMN: ..."): -EDOM where the file is right but says nothing of this nominal
 * voltage. */
int profile_load(const char *path, double nominal, struct profile *ret, char **ret_error);
void profile_free(struct profile *p);

/* The class of disturbances of this length (0 where the profile has none), and what one of a kind is
 * called. */
size_t profile_class(const struct profile *p, int64_t duration);
const char *profile_class_name(const struct profile *p, size_t class, enum disturbance_kind kind);

#endif
