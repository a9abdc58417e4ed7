/* The accounts of many meters: readings in, bills out.
 *
 * A bill is a pure function of the readings of its cycle and of the bills before it. It goes out
 * provisional whenever the meter's time passes a multiple of `every`, and for good when that time is
 * `late` behind the cycle's end (or a mark says so); of a register, when a reading behind the end is
 * so old too. A gap over the end is estimated by what came up to two hours behind it. What comes later
 * still, for a cycle that ended less than `revise` ago, makes a revision: at the next multiple of
 * `every`, with the next bill, or at the end. */
#ifndef DUTO_ACCOUNT_H
#define DUTO_ACCOUNT_H

#include "account/channel.h"
#include "account/customers.h"
#include "meterdata/meterdata.h"
#include "meterdata/validate.h"
#include "tariff/bill.h"

struct accounts;
struct account;

enum bill_state {
	BILL_PROVISIONAL,
	BILL_FINAL,
	BILL_INCOMPLETE, /* the cycle is over, but too little of it was measured */
};

/* A bill and what is told with it. All borrowed. */
struct account_bill {
	struct str meter;
	const struct customer *customer;
	const struct cycle *cycle;
	const struct bill *bill;
	enum bill_state state;
	int revision;			  /* 0: the first */
	decimal complete;		  /* the share that has to be measured; 0: none */
	int64_t time;			  /* of the bill's sample */
	const struct estimate *estimates; /* of what is imported */
	size_t estimate_count;
	const struct suspect *suspects; /* likewise */
	size_t suspect_count;
};

struct accounts_form {
	const struct customers *customers;
	struct meterdata_form readings; /* slot is each tariff's interval */
	int64_t every, late, revise;	/* nanoseconds; every 0: no provisional bills */
	decimal complete;		/* share of the cycle's slots that has to be measured */
	decimal spike;			/* validate_spikes; 0: no such check */
	size_t meters; /* at once; with more, the one not heard from longest is billed and
			  forgotten */
	void (*billed)(const struct account_bill *bill);
	void (*failed)(struct str meter, const char *error); /* no bill could be made */
};

struct accounts *accounts_open(const struct accounts_form *form);

/* The account of a meter; NULL where it is nobody's. Valid until the next call. */
struct account *accounts_get(struct accounts *a, struct str meter);
const struct customer *account_customer(const struct account *a);

/* A reading of a channel: energy or power of an interval, or a register. estimated: by the meter's
 * own word. 0; -ESTALE where the cycle is long over; -ERANGE where the time is in no cycle; -EFBIG
 * where too many are open; or what meterdata_add says. */
int account_add(struct account *a, enum channel c, int64_t time, decimal reading, bool estimated);
int account_add_register(
	struct account *a, enum channel c, int64_t time, const struct wire *reading);

/* What the register beside the intervals of IMPORT stands at: validate_sum. As
 * register_readings_add. */
int account_add_check(struct account *a, int64_t time, const struct wire *reading);

/* The totals that a sample of that time adds to. As above. */
int account_totals(struct account *a, int64_t time, struct usage_totals **ret);

/* The meter's time is now, behind what was added; nothing older than mark comes. */
void account_advance(struct account *a, int64_t now);
void account_mark(struct account *a, int64_t mark);

/* Bills for all that is open: for good where the cycle's end was reached. */
void accounts_end(struct accounts *a);

void accounts_save(struct accounts *a, struct buffer *to);
bool accounts_load(struct accounts *a, struct cursor *from);
void accounts_close(struct accounts *a);

#endif
