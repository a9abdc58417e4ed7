/* What was used in a billing cycle, and by whom: what a tariff is put to. */
#ifndef DUTO_USAGE_H
#define DUTO_USAGE_H

#include "calendar.h"
#include "decimal.h"
#include "meterdata/slot.h"

enum { CONTRACTS_MAX = 8, HISTORY_MAX = 36 };

/* Energy slot by slot of the tariff's interval, kWh and kvarh: a missing slot has 0. Arrays that are
 * NULL: nothing of that kind. Inductive and capacitive are what the meter counts apart. */
struct usage_slots {
	int64_t first; /* when slot 0 begins, nanoseconds */
	size_t count;
	const decimal *import, *export, *inductive, *capacitive;
	const uint8_t *state; /* enum slot_state of each */
};

/* What a meter itself says of a whole cycle, post by post: added to what the slots say. */
struct usage_totals {
	decimal import[SCHEDULE_POSTS], export[SCHEDULE_POSTS];
	decimal inductive[SCHEDULE_POSTS], capacitive[SCHEDULE_POSTS];
	decimal demand[SCHEDULE_POSTS], apparent[SCHEDULE_POSTS]; /* largest kW and kVA */
	decimal power_factor;					  /* of the cycle; 0: not told */
};

struct usage {
	struct cycle cycle;
	struct usage_slots slots;
	const struct usage_totals *totals; /* or NULL */
};

/* What a customer agreed to, and what is known of his past. Texts are borrowed. */
struct contract {
	struct {
		struct str name; /* "": the one contract there is */
		decimal demand;	 /* kW */
	} contracts[CONTRACTS_MAX];
	size_t count;
	struct str connection;
	struct {
		int32_t day; /* on which the cycle ended */
		decimal demand;
	} history[HISTORY_MAX]; /* largest demands of earlier cycles */
	size_t history_count;
	decimal credits[SCHEDULE_POSTS]; /* kWh, at the cycle's beginning */
};

#endif
