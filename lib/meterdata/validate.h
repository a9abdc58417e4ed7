/* Validation: which intervals are not to be believed before somebody has looked, as in the California
 * DASMMD rules. It changes no energy: a spike may be a machine that was started, and no program can
 * tell it from a fault of the meter. What was read counts, and is told as suspect; who looked and
 * found a fault sends the corrected reading, which makes a revision of the bill. */
#ifndef DUTO_VALIDATE_H
#define DUTO_VALIDATE_H

#include "buffer.h"
#include "calendar.h"
#include "decimal.h"
#include "meterdata/register_readings.h"
#include "meterdata/slot.h"

enum suspect_check { SUSPECT_SPIKE, SUSPECT_SUM };

struct suspect {
	int64_t from, until;
	enum suspect_check check;
	decimal energy;	 /* of these intervals */
	decimal against; /* the day's third highest; the register's difference */
};

/* Slots as they come from meterdata_slots. */
struct validation {
	int64_t first, slot; /* when slot 0 begins, and how long one is */
	size_t count;
	const decimal *energy;
	uint8_t *state; /* a spike that was measured becomes SLOT_SUSPECT */
	const struct zone *zone;
	struct buffer *suspects; /* struct suspect are added here */
};

/* Slots above so many times the third highest of their local day. A day of which less than twelve
 * hours were measured, or in which less than three slots used anything, has nothing to compare with. */
void validate_spikes(struct validation *v, decimal times);

/* Between readings of one segment of the register, with no slot missing, the slots' energy has to be
 * the register's difference within one multiplier, the energy of one count. A slot that lies only
 * partly between them may be counted or not. */
void validate_sum(struct validation *v, const struct register_readings *r);

#endif
