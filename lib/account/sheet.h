/* The readings of one meter in one billing cycle: energy by slots of the tariff's interval, or what
 * the meter tells of the whole cycle. Sums, so that the order in which readings come does not
 * matter. */
#ifndef DUTO_SHEET_H
#define DUTO_SHEET_H

#include "buffer.h"
#include "tariff/tariff.h"
#include "tariff/usage.h"
#include "wire.h"

enum channel { IMPORT, EXPORT, INDUCTIVE, CAPACITIVE, CHANNELS };

/* Energy, kWh or kvarh, from start to end; nanoseconds, whole seconds apart. */
struct reading {
	int64_t start, end;
	decimal energy[CHANNELS];
	bool estimated;
};

struct sheet {
	struct cycle cycle;
	int64_t interval, first;
	size_t count;
	decimal *energy[CHANNELS]; /* NULL while nothing came */
	uint16_t *covered;	   /* seconds of each slot; SHEET_ESTIMATED */
	struct usage_totals *totals;
	int64_t newest; /* end of the latest reading; 0: none */
	/* of the last bill that was not provisional */
	int revisions;
	bool changed;
	decimal credits_in[SCHEDULE_POSTS], credits_out[SCHEDULE_POSTS];
};

enum { SHEET_ESTIMATED = 0x8000, SHEET_SLOTS = 1 << 20 };

/* 0, or -EFBIG: the cycle has more than SHEET_SLOTS slots. */
int sheet_open(const struct cycle *cycle, int64_t interval, struct sheet *ret);
void sheet_close(struct sheet *s);

/* Adds what of a reading lies in the sheet. 0, -EEXIST where a slot would be covered twice, or
 * -EOVERFLOW; nothing is added then. */
int sheet_add(struct sheet *s, const struct reading *r);
struct usage_totals *sheet_totals(struct sheet *s);

/* What was used, with short gaps filled; valid until the next call. */
struct usage sheet_usage(const struct sheet *s);

void sheet_save(const struct sheet *s, struct buffer *to);
bool sheet_load(struct sheet *s, struct cursor *from);

#endif
