/* What the files of account.c share. */
#ifndef DUTO_ACCOUNT_PARTS_H
#define DUTO_ACCOUNT_PARTS_H

#include "account/account.h"

enum { PERIODS_MAX = 64 };

/* A billing cycle of a meter, and the last bill of it that was not provisional. */
struct period {
	struct cycle cycle;
	int64_t newest;		     /* of what was read; 0: nothing */
	struct usage_totals *totals; /* or NULL */
	uint8_t *estimated;	     /* of each slot, by the meter's own word; or NULL */
	int revisions;
	bool changed; /* since that bill */
	decimal credits_in[SCHEDULE_POSTS], credits_out[SCHEDULE_POSTS];
};

/* What every reading looks at stands first: of many meters little else is in the cache. */
struct account {
	const struct customer *customer;
	struct accounts *of;
	struct account *follower; /* whose reading came behind the last of this one */
	uint64_t follower_era;
	struct str meter;
	struct meterdata *data[CHANNELS];
	struct register_readings *check; /* of what is imported; NULL: none */
	struct period *periods;		 /* in the order of time */
	size_t count;
	int64_t slot, every;	     /* of the tariff; how long a reading's interval is, in slots */
	int64_t newest, ended, tick; /* cycles that end up to `ended` are over */
	int64_t due;		     /* when `ended` comes here, something is to be done */
	struct contract contract;    /* with the history and credits that bills have left */
};

struct accounts {
	struct accounts_form form;
	struct series *meters; /* of struct account * */
	struct account *last;  /* that was asked for */
	uint64_t era; /* goes up when an account leaves: followers of before are not sure */
	bool closing; /* nothing is billed any more */
};

struct account *account_open(
	struct accounts *of, struct str meter, const struct customer *customer);
struct meterdata *account_channel(struct account *a, enum channel c);
struct register_readings *account_check(struct account *a);
/* Slots belong to the cycle in which they begin. */
size_t period_slots(const struct account *a, const struct period *p, int64_t *ret_first);
void period_close(struct period *p);
bool period_waits(const struct account *a, const struct period *p);
void account_find_due(struct account *a);

/* Bills for good what is over, and what has changed since; forgets what nobody can revise. */
void account_settle(struct account *a);
void account_bill(struct account *a, struct period *p, enum bill_state state);
void account_bill_all(struct account *a);

#endif
