/* Rates of OpenEI's Utility Rate Database (URDB, API versions 7 and 8) as tariffs of Duto's.
 *
 * Fields as the API's page has them (openei.org/services/doc/rest/util_rates); the meaning of tiers,
 * kWh/kW limits with kWh tiers within, and sell rates as SAM bills them (github.com/NatLabRockies/ssc,
 * shared/lib_utility_rate_equations.cpp). Numbers are read from the text, never through a float. */
#ifndef DUTO_URDB_H
#define DUTO_URDB_H

#include "buffer.h"
#include "opt.h"
#include "pipeline/mistake.h"

struct urdb_terms {
	const char *path;		/* for messages */
	const char *label;		/* which rate of several; or NULL */
	int64_t index;			/* the same by its place, from 0; -1: not said */
	const char *name;		/* of the tariff; NULL: made of the rate's */
	const char *zone;		/* URDB has none */
	const char *currency;		/* nor this */
	const struct opt_list *without; /* fields that are left out, as if they were not there */
};

/* Appends the YAML of schemas/tariff.md to ret. What cannot be expressed goes to mistakes with its
 * place in the JSON, what is worth telling as a note. 0, or -EINVAL with at least one mistake. */
int urdb_tariff(struct str json, const struct urdb_terms *terms, struct buffer *ret,
	struct mistakes *mistakes);

#endif
