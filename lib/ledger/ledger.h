/* What became of the samples that were sent: sent = stored + dropped + missing, from their seq.
 *
 * An account is one source, kind and run. A run is sent with seq going up by one, so what was sent
 * in a period is what lies between the lowest and the highest seq with a time in it, and the holes
 * beside them: nobody knows the times of what is missing, so a hole between two periods counts in
 * both. What came again is one sample; order does not matter. What was dropped on the way is known from `gap` samples
 * (schemas/sample.md). */
#ifndef DUTO_LEDGER_H
#define DUTO_LEDGER_H

#include "intervals.h"
#include "sample.h"

struct ledger;

struct ledger_drop {
	const char *stage, *reason;
	uint64_t first, last, count;
};

/* One account. Borrowed until ledger_each's callback returns. */
struct ledger_line {
	struct str source, kind; /* kind empty: measurements */
	uint64_t run, first, last;
	uint64_t sent, stored, repeated, dropped, missing;
	const struct ledger_drop *drops; /* with the count that is left of each */
	size_t drop_count;
	const struct intervals *absent; /* the missing ones */
};

/* whole: every run is expected from its first sample on, which has seq 1. */
struct ledger *ledger_open(bool whole);

/* Counts a sample that is stored. One outside the period is known not to be missing, no more. Takes
 * a gap for what it says. 0; -ENOBUFS: too many accounts, or one with too many holes; -EPROTO: a gap
 * that does not say what is gone. */
int ledger_add(struct ledger *l, const struct sample *s, bool in_period);

/* Calls each with every account of the period: by source, kind, and in the order in which the runs
 * came. */
void ledger_each(struct ledger *l, void (*each)(const struct ledger_line *line));

void ledger_close(struct ledger *l);

#endif
