/* Meter data: what a meter's readings of one quantity say of each slot, an interval of settable
 * length that begins at a multiple of it since the epoch. Readings come in as they arrive; slots
 * come out as decimals of kWh (or kvarh, ...) with a state: measured, estimated or missing.
 *
 * A cumulative register is an unsigned counter that wraps. Between two readings of one segment its
 * difference is energy; where the counter goes back, or leaps further than the meter can, and it is
 * no wrap, a new segment begins: the energy between is not known and never invented. Sums over slots
 * equal the register's differences exactly. Readings that are at most 1.5 slots apart are joined by
 * a straight line in time; those further apart leave a gap, whose energy is known and whose course is
 * estimated. A reading that comes late into a gap makes two of it.
 *
 * Estimation (as in the California DASMMD rules): up to two hours by a straight line between the
 * slots beside the gap; beyond, the mean of the same time of the last four days of the same weekday
 * (of a holiday: of Sunday) that were measured. Where the register's difference over the gap is
 * known, either is scaled to it. A gap that no rule reaches stays missing, but where the register's
 * difference is known: it is spread evenly in time then. Nothing is estimated between two segments
 * of a register. */
#ifndef DUTO_METERDATA_H
#define DUTO_METERDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "calendar.h"
#include "decimal.h"
#include "meterdata/counter.h"
#include "meterdata/slot.h"

enum meterdata_kind {
	METERDATA_REGISTER, /* a counter */
	METERDATA_ENERGY,   /* of the interval that the reading stands for */
	METERDATA_POWER,    /* mean of that interval, or a reading in it */
};

struct meterdata_form {
	enum meterdata_kind kind;
	int64_t slot; /* length of a slot, nanoseconds: divides a day */
	int64_t every; /* of energy and power: how long an interval is; divides slot, at most 65535 times; 0: slot */
	bool at_end;		/* of energy and power: an interval is stamped with its end */
	int64_t late;		/* of a register: readings may come so much out of order */
	struct counter counter; /* of a register; of energy and power its factor (of power: kW for 1
				   of it), the decimals that floats are read to, and max hold too */
	int64_t history;	/* how much of the past meterdata_forget keeps for estimates */
};

struct meterdata;

struct meterdata *meterdata_open(const struct meterdata_form *form);
void meterdata_close(struct meterdata *m);

/* One reading: an integer, a float or a decimal text. 0; -EDOM where it cannot be one (negative,
 * above max, not finite, no number); -ERANGE where it is older than what was forgotten, or more than
 * METERDATA_DAYS ahead; -EALREADY where it says nothing new: its stretch has been measured. A reading
 * of an interval that is there already replaces it. */
enum { METERDATA_DAYS = 800 };
int meterdata_add(struct meterdata *m, int64_t time, const struct wire *reading);

/* The same, of what is no longer a sample's: counts of a register, or a reading of the others. */
int meterdata_add_counts(struct meterdata *m, int64_t time, uint64_t counts);
int meterdata_add_decimal(struct meterdata *m, int64_t time, decimal reading);

/* Nothing older than this comes any more: takes in what was held for its order. Slots that end at or
 * before meterdata_known are as they will be, but for late data. */
void meterdata_settle(struct meterdata *m, int64_t time);
int64_t meterdata_known(const struct meterdata *m); /* INT64_MIN: nothing yet */

/* Whether readings of a register are held that settle what is not known yet at that time. */
bool meterdata_awaits(const struct meterdata *m, int64_t time);

enum estimate_method { ESTIMATE_LINE, ESTIMATE_LIKE_DAYS, ESTIMATE_EVEN, ESTIMATE_PART };

/* A stretch of slots that were estimated: by a line, by like days, evenly in time (the register's
 * difference is all that is known), or from the part that was measured. */
struct estimate {
	int64_t from, until;
	enum estimate_method method;
	bool scaled; /* to the register's difference */
	decimal energy;
};

/* What is known from a time to another, both at slots' ends. Missing slots have 0. Borrowed until
 * the next call with m. */
struct meterdata_slots {
	int64_t first; /* when slot 0 begins */
	size_t count;
	const decimal *energy;
	const uint8_t *state; /* enum slot_state */
	/* In the order of time; of those that reach beyond these slots what lies in them. */
	const struct estimate *estimates;
	size_t estimate_count;
	size_t measured, estimated; /* slots of each */
};

/* Estimates what is missing anew, and gives the slots. */
void meterdata_slots(struct meterdata *m, int64_t from, int64_t until, const struct zone *zone,
	const struct holidays *holidays, struct meterdata_slots *ret);

/* Lets go of what is older than this, but for the history before it. */
void meterdata_forget(struct meterdata *m, int64_t before);

/* Everything, as one wire object, and back into one just opened with the same form. */
void meterdata_save(const struct meterdata *m, struct buffer *to);
bool meterdata_load(struct meterdata *m, struct cursor *from);

#endif
