/* An assessment: the slots of a period (a week), held against a profile. Where the profile counts
 * readings (PRODIST: 1,008 valid ones), those that were invalid are replaced by the next valid ones
 * behind the period's end. */
#ifndef DUTO_POWER_QUALITY_ASSESSMENT_H
#define DUTO_POWER_QUALITY_ASSESSMENT_H

#include "power_quality/disturbance.h"
#include "power_quality/slot.h"

/* The steady voltage of one slot. */
struct assessed {
	int64_t start;
	bool valid; /* covered, and not left out */
	double voltages[PHASES];
};

struct values {
	double *all;
	size_t count, cap;
};

struct assessment {
	int64_t start, end; /* end: of the newest slot */
	int64_t time;	    /* when it was closed */
	struct assessed *slots;
	size_t count, cap;
	int64_t valid, flagged;
	int64_t worst;
	struct values columns[QUANTITIES]; /* of slots that are not flagged */
	struct frequencies frequencies;
	int64_t hours, below_inductive, below_capacitive;
	double least_power_factor; /* NAN: none */
	int64_t disturbances[PROFILE_CLASSES][DISTURBANCE_KINDS];
};

struct assessment *assessment_open(int64_t start);
void assessment_close(struct assessment *s);

/* covered: enough readings. The slots of an assessment come in the order of time. */
void assessment_add_slot(
	struct assessment *s, const struct profile *p, const struct slot *slot, bool covered);
void assessment_add_hour(
	struct assessment *s, const struct profile *p, double power_factor, double reactive);
/* Also makes the slots that it touches invalid, where the profile says so. */
void assessment_add_disturbance(
	struct assessment *s, const struct profile *p, const struct disturbance *d);

/* Whether at this time nothing more is wanted; in time order. */
bool assessment_is_done(const struct assessment *s, const struct profile *p, int64_t now);
/* Whether no slot from this time on belongs to it. */
bool assessment_is_over(const struct assessment *s, const struct profile *p, int64_t time);

/* What it comes to. */
struct verdict {
	size_t readings; /* that count: shares are of these */
	bool complete;	 /* as many as the profile asks for */
	size_t precarious[PHASES], critical[PHASES], within[PHASES][PROFILE_RANGES];
	size_t most_precarious, most_critical; /* of the phases */
	double shares[QUANTITIES]; /* the values that the profile's percentile does not exceed */
};

void assessment_judge(struct assessment *s, const struct profile *p, struct verdict *ret);

/* Which band a voltage lies in. */
enum band { BAND_ADEQUATE, BAND_PRECARIOUS, BAND_CRITICAL };
extern const char *const band_names[];
enum band band_of(const struct profile_bands *b, double voltage);

void assessment_archive(struct assessment *s, struct archive *a);

#endif
