/* Aggregates of one field over a stretch of time, value by value and in constant room.
 *
 * Values whose quality is Bad, and those that are nil or not finite, are left out; what is made of
 * the others carries the worst of their qualities (OPC 10000-13, 5.4.3). Mean, min, max, sum and
 * stddev are of numbers, where false is 0 and true 1; first, last (in time; of two at one time, as
 * they come) and count of any value. Integers stay integers and exact, but for the mean and stddev. A
 * mean lies between min and max. */
#ifndef DUTO_AGGREGATE_H
#define DUTO_AGGREGATE_H

#include "buffer.h"
#include "opt.h"
#include "status.h"
#include "str.h"
#include "wire.h"

struct course;
struct quantile;

enum aggregate_kind {
	AGGREGATE_MEAN,
	AGGREGATE_MIN,
	AGGREGATE_MAX,
	AGGREGATE_FIRST,
	AGGREGATE_LAST,
	AGGREGATE_SUM,	  /* integer as long as 64 bits hold it, then float 64 */
	AGGREGATE_COUNT,  /* of the values that were used */
	AGGREGATE_STDDEV, /* of a sample: divided by n - 1; of one value there is none */
	/* These follow the values in the order of time; lib/window/course.h. */
	AGGREGATE_INTEGRAL, /* unit times hours: kW give kWh */
	AGGREGATE_DELTA,    /* how much a counter has counted */
	AGGREGATE_RATE,	    /* that a second */
	AGGREGATE_QUANTILE, /* the first of up to AGGREGATE_QUANTILES; see quantile.h */
	AGGREGATE_KINDS = AGGREGATE_QUANTILE + 8,
};

enum { AGGREGATE_QUANTILES = AGGREGATE_KINDS - AGGREGATE_QUANTILE };

/* What is asked for: a set of 1 << kind; of each quantile its name, p99 or p99.9, and rank. */
struct aggregate_set {
	unsigned kinds;
	char names[AGGREGATE_QUANTILES][8];
	double ranks[AGGREGATE_QUANTILES];
};

/* The name of a kind of the set, as people write it. */
const char *aggregate_name(const struct aggregate_set *set, int kind);

/* The set that these words name. 0, or -EINVAL with a message, which is the caller's. */
int aggregate_parse(const struct opt_list *words, struct aggregate_set *ret, char **ret_error);

/* A zeroed struct is empty. */
struct aggregate {
	uint64_t good, bad;	   /* values used, values left out */
	uint64_t numbers, doubles; /* of those used */
	uint32_t worst, first_bad; /* status */
	double mean, squares;	   /* for the stddev, running: from the origin; of the distances
					from the mean, added up */
	__int128 whole;		   /* the integers added up */
	double sum, carry;	   /* the float 64 numbers added up, and what rounding lost */
	struct wire origin, least, greatest; /* nil: none; origin: the first number */
	struct buffer first, last;	     /* encoded; empty: none */
	int64_t first_time, last_time;	     /* theirs */
	struct quantile *quantile;	     /* NULL: none asked for */
	struct course *course;
};

/* Takes one value in, measured at time (ns); kinds is the set of what will be asked for. Maps, arrays
 * and extensions are no values. */
void aggregate_add(struct aggregate *a, unsigned kinds, const struct wire *value, uint32_t status,
	int64_t time);

/* Adds the values of a later stretch of time, which is left as it is. Their moments are merged after
 * Chan, Golub and LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances,
 * 1979. */
void aggregate_append(struct aggregate *a, const struct aggregate *later);

/* How results are made. */
struct aggregate_view {
	const struct aggregate_set *set;
	double good_share; /* with less than this share of the values used, a result is at most
			      Uncertain */
	bool step;	   /* the field holds its value until the next */
	int64_t reach;	   /* ns: so far back an integral goes on from what was before */
};

/* Appends the result, one wire object, and tells its quality. Nil, and Bad, where nothing was used, where
 * there is no such thing (the stddev of one value), and where it is beyond a float 64. false, and
 * nothing is appended: there were values, but none that this aggregate is made of (the mean of
 * texts). */
bool aggregate_result(const struct aggregate *a, int kind, const struct aggregate_view *view,
	struct buffer *to, uint32_t *ret_status);

/* All that it holds, as one wire object, and back into an empty one: false where that is not what
 * aggregate_save writes; then, too, aggregate_free. */
void aggregate_save(const struct aggregate *a, struct buffer *to);
bool aggregate_load(struct aggregate *a, struct cursor *from);

void aggregate_free(struct aggregate *a);

#endif
