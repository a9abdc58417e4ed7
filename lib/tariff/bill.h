/* A bill: what a tariff makes of the use of one cycle. */
#ifndef DUTO_BILL_H
#define DUTO_BILL_H

#include "tariff/measure.h"

/* numerator / denominator, kept in lowest terms. */
struct fraction {
	decimal_factor numerator, denominator;
};

struct bill_line {
	struct str code, suffix, label; /* the code is "code_suffix" where there is a suffix */
	const char *unit;
	decimal_product quantity; /* in unit; for show: nothing is computed from it again */
	decimal_product rate;	  /* with the taxes inside; for show likewise */
	decimal_product net_rate; /* without */
	decimal_product amount;	  /* rounded */
	/* The amount before rounding: exact x fraction. */
	decimal_product exact;
	struct fraction fraction;
	uint32_t taxes;
	const struct charge *charge; /* NULL: a tax on top */
	/* How it came about, where that applies. */
	int days, of_days; /* the share of a cycle in which the rate changed; 0: all */
	bool tiered;
	decimal tier_from, tier_to; /* tier_to INT64_MAX: no limit */
	bool has_demand;
	enum slot_state state;	    /* of the interval of the largest demand */
	decimal measured, contract; /* contract 0: none */
	int64_t at;		    /* of the largest demand; 0: not known */
};

struct bill_tax {
	struct str code;
	decimal_product rate, base, amount; /* base and amount rounded */
	bool on_top;
};

struct bill {
	const struct tariff *tariff;
	struct measures measures;
	struct bill_line *lines;
	size_t count, cap;
	struct bill_tax taxes[TARIFF_TAXES];
	size_t tax_count;
	decimal largest_demand; /* kW, as charges correct it: what later ratchets look back at */
	decimal_product total;
};

/* 0, or -EOVERFLOW, -ENODATA (a rate is not known for a day of the cycle) or -EINVAL (a contract is
 * not there), with a malloc'ed message. bill_free frees what it returns. */
int bill_make(const struct tariff *t, const struct usage *u, const struct contract *c,
	struct bill *ret, char **ret_error);
void bill_free(struct bill *b);

#endif
