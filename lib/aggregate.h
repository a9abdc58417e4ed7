/* Aggregates of one field over a stretch of time, value by value and in constant room.
 *
 * Values whose quality is Bad, and those that are nil or not finite, are left out; what is made of
 * the others carries the worst of their qualities (OPC 10000-13, 5.4.3). Mean, min, max, sum and
 * stddev are of numbers, where false is 0 and true 1; first, last and count of any value. Integers
 * stay integers and exact, but for the mean and stddev. A mean lies between min and max. */
#ifndef DUTO_AGGREGATE_H
#define DUTO_AGGREGATE_H

#include "buffer.h"
#include "opt.h"
#include "status.h"
#include "str.h"
#include "wire.h"

enum aggregate_kind {
	AGGREGATE_MEAN,
	AGGREGATE_MIN,
	AGGREGATE_MAX,
	AGGREGATE_FIRST,
	AGGREGATE_LAST,
	AGGREGATE_SUM,	  /* integer as long as 64 bits hold it, then float 64 */
	AGGREGATE_COUNT,  /* of the values that were used */
	AGGREGATE_STDDEV, /* of a sample: divided by n - 1; of one value there is none */
	AGGREGATE_KINDS,
};

/* Their names, as people write them. */
extern const char *const aggregate_names[AGGREGATE_KINDS];

/* The set of kinds, 1 << kind each, that these words name. 0, or -EINVAL with a message, which is
 * the caller's. */
int aggregate_kinds(const struct opt_list *words, unsigned *ret, char **ret_error);

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
};

/* Takes one value in; kinds is the set of what will be asked for, 1 << kind each. Maps, arrays and
 * extensions are no values. */
void aggregate_add(struct aggregate *a, unsigned kinds, const struct wire *value, uint32_t status);

/* Appends the result, one wire object, and tells its quality. good_share: with less than this
 * share of the values used it is at most Uncertain. Nil, and Bad, where nothing was used, where
 * there is no such thing (the stddev of one value), and where it is beyond a float 64. false, and
 * nothing is appended: there were values, but none that this aggregate is made of (the mean of
 * texts). */
bool aggregate_result(const struct aggregate *a, enum aggregate_kind kind, double good_share,
	struct buffer *to, uint32_t *ret_status);

/* All that it holds, as one wire object, and back into an empty one: false where that is not what
 * aggregate_save writes; then, too, aggregate_free. */
void aggregate_save(const struct aggregate *a, struct buffer *to);
bool aggregate_load(struct aggregate *a, struct cursor *from);

void aggregate_free(struct aggregate *a);

#endif
