/* Consumption by local days, against a budget and against the same weekdays of the four weeks before.
 *
 * projected = used so far in the cycle / days so far x days of the cycle; usual for a day is the mean
 * of those of the days 7, 14, 21 and 28 before it that are known (nine tenths of them). */
#ifndef DUTO_CONSUMPTION_H
#define DUTO_CONSUMPTION_H

#include <stdbool.h>

#include "buffer.h"
#include "calendar.h"
#include "decimal.h"
#include "wire.h"

struct consumption_form {
	const struct zone *zone;
	struct cycles cycles; /* borrowed */
	int64_t interval;     /* what a reading stands for */
	decimal budget;	      /* kWh a cycle; 0: none */
	decimal tolerance;    /* a day is high above the usual by more than this share of it */
};

enum consumption_finding {
	CONSUMPTION_PROJECTED = 1, /* the first time in the cycle that it will pass the budget */
	CONSUMPTION_EXCEEDED = 2,  /* that it has passed it */
	CONSUMPTION_HIGH = 4,	   /* the day is above the usual */
};

struct consumption_day {
	int64_t start, end;
	struct cycle cycle;
	decimal energy, to_date, projected; /* kWh */
	decimal usual, usual_to_date;	    /* 0: not known */
	unsigned findings;		    /* set of enum consumption_finding */
};

enum { CONSUMPTION_DAYS = 128 };

struct consumption {
	bool started;
	int32_t today;
	struct zone_span span;
	struct cycle cycle;
	unsigned told;
	struct {
		int32_t day;
		int64_t covered; /* ns */
		decimal energy;
	} days[CONSUMPTION_DAYS]; /* day n at n % CONSUMPTION_DAYS */
};

/* Adds the energy of an interval that begins at time. 0; 1 where a day is over by that: *ret; -ERANGE
 * where it is older than what is remembered. */
int consumption_add(struct consumption *c, const struct consumption_form *form, int64_t time,
	decimal energy, struct consumption_day *ret);

/* Nothing older than time comes: true where a day is over by that. */
bool consumption_mark(struct consumption *c, const struct consumption_form *form, int64_t time,
	struct consumption_day *ret);

void consumption_save(const struct consumption *c, struct buffer *to);
bool consumption_load(struct consumption *c, struct cursor *from);

#endif
