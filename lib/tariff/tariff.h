/* A tariff: what is charged, as read from a YAML file (schemas/tariff.md tells its form). Read once
 * and then only looked at, from any thread. */
#ifndef DUTO_TARIFF_H
#define DUTO_TARIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar.h"
#include "decimal.h"
#include "str.h"

enum {
	TARIFF_TAXES = 16,
	TARIFF_CHARGES = 256,
	TARIFF_TIERS = 32,
	TARIFF_CONNECTIONS = 16,
};

/* A value that changes with the date: each holds from its day until the next. */
struct dated {
	int32_t from; /* INT32_MIN: always has */
	decimal value;
	struct str name; /* empty: none */
};

struct dated_values {
	struct dated *at; /* in order; none: not given */
	size_t count;
};

/* A value that depends on a quantity: the first whose `to` is not below it. */
struct band {
	decimal to; /* INT64_MAX: whatever is more */
	struct dated_values value;
};

enum band_by { BY_ENERGY, BY_DEMAND, BY_HOURS_OF_USE };

struct bands {
	enum band_by by;
	struct band *at; /* none: not given */
	size_t count;
};

enum tier_mode {
	TIER_SHARED,	 /* of the month's total: each post pays its share of every tier */
	TIER_CUMULATIVE, /* as energy is used, in the order of time */
	TIER_OWN,	 /* of the charge's own quantity alone */
};

enum tier_per {
	TIER_PER_CYCLE,
	TIER_PER_DAY,	 /* limit x days of the cycle */
	TIER_PER_KW,	 /* limit x the largest demand: hours of use */
	TIER_PER_KW_DAY, /* limit x the largest demand x days of the cycle */
	TIER_PER_DAYS	 /* limit x days of the cycle / so many days */
};

struct tier {
	decimal to; /* INT64_MAX: the last */
	struct dated_values rate;
	struct str code;     /* empty: the charge's */
	struct tiers *inner; /* blocks within this tier, by energy; or NULL */
};

struct tiers {
	enum tier_mode mode;
	enum tier_per per;
	int per_days;
	struct tier *at; /* none: no tiers */
	size_t count;
};

enum charge_kind {
	CHARGE_ENERGY,
	CHARGE_DEMAND,
	CHARGE_REACTIVE_ENERGY,
	CHARGE_REACTIVE_DEMAND,
	CHARGE_FIXED,
	CHARGE_PERCENT,
	CHARGE_MINIMUM,
};

enum energy_flow {
	FLOW_IMPORT,
	FLOW_EXPORT,
	FLOW_COMPENSATED, /* import that export or credits make up for */
	FLOW_NET,	  /* import that nothing makes up for */
};

enum demand_billed { BILLED_LARGER, BILLED_CONTRACT, BILLED_MEASURED };

struct window_of_time {
	int64_t start, end; /* nanoseconds, start <= t < end */
};

/* How the maxima of earlier cycles hold demand up. share 0: they do not. */
struct ratchet {
	decimal share;
	int months;
	uint16_t calendar_months; /* bit n: month n (1 to 12) counts; 0: all */
};

struct demand_terms {
	struct str contract; /* the name of the customer's contract, "" for the unnamed one */
	bool has_contract;
	enum demand_billed billed;
	decimal tolerance;
	struct str excess_code; /* empty: excess is not charged */
	struct dated_values excess_rate;
	decimal excess_factor; /* x rate, where there is no excess_rate */
	uint32_t excess_taxes;
	struct str unused_code; /* empty: what is not used is no line of its own */
	uint32_t unused_taxes;
	struct ratchet ratchet;
	decimal power_factor; /* demand x this / the cycle's power factor, where that is less; 0: no
				 such clause */
	decimal apparent;     /* at least this x the largest kVA; 0: no such clause */
	decimal minimum;
	struct window_of_time *times; /* of coincident peaks; none: the whole cycle */
	size_t times_count;
};

enum reactive_by { REACTIVE_BY_HOUR, REACTIVE_BY_CYCLE };

struct reactive_terms {
	decimal reference;
	enum reactive_by by;
	int32_t capacitive_from, capacitive_until; /* seconds of the day; equal: no such hours */
	bool windowed;	   /* inductive counts outside those hours only, capacitive inside only */
	decimal allowed;   /* of another kind: kvarh above this share of kWh; 0: by power factor */
	struct str demand; /* of reactive demand: the charge whose billed demand is taken off */
};

struct charge {
	struct str code, label;
	enum charge_kind kind;
	uint64_t posts; /* bit n: post n of the schedule */
	uint32_t taxes; /* bit n: tax n */
	struct dated_values rate, factor;
	struct yaml *rates_file; /* that the rate was read from, or NULL: holds its names */
	bool changes_as_lines;	 /* a rate that changes within the cycle makes lines, not a mean */
	int per_units;		 /* kWh or kW in a unit of the quantity: 1, or 1000 for MWh */
	bool per_day;
	enum energy_flow flow;
	struct tiers tiers;
	struct demand_terms demand;
	struct reactive_terms reactive;
	struct bands bands;
	decimal quantity;		  /* of a fixed charge or minimum */
	uint64_t of[TARIFF_CHARGES / 64]; /* of a percentage or minimum: the charges */
	decimal maximum;		  /* of a percentage; INT64_MAX: none */
};

struct tax {
	struct str code;
	struct dated_values rate;
	struct bands bands; /* by energy, in place of the rate */
	bool on_top;
	int step; /* taxes inside of one step share a divisor */
};

struct minimum_energy {
	struct {
		struct str connection; /* empty: any */
		decimal energy;
	} at[TARIFF_CONNECTIONS];
	size_t count;
	int post;	/* what is missing is billed in this post */
	decimal waived; /* not above 0 and up to this use: no minimum */
};

enum rounding_policy {
	ROUND_LINES, /* each line is rounded, the total is their sum */
	ROUND_END,   /* the exact sum is rounded */
};

struct tariff {
	struct yaml *file; /* holds the texts */
	const char *path;  /* while it is read */
	struct str name, label, currency;
	struct timetable when;
	int64_t interval; /* of demand, nanoseconds */
	enum rounding_policy policy;
	enum decimal_rounding rounding;
	int money_digits, rate_digits; /* rate_digits -1: rates with taxes are not rounded */
	struct tax taxes[TARIFF_TAXES];
	size_t tax_count;
	struct minimum_energy minimum;
	bool net_metering;
	struct charge *charges;
	size_t charge_count;
};

/* Reads a tariff by path, or by name in schemas/tariffs. 0, or -errno with a malloc'ed message,
 * "a4.yaml:4:9: expected ...". */
int tariff_load(const char *name, const char *beside, struct tariff **ret, char **ret_error);
void tariff_free(struct tariff *t);

/* The charge of that code, or NULL. */
const struct charge *tariff_charge(const struct tariff *t, struct str code);

#endif
