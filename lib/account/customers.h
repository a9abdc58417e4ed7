/* Who is billed by what: from a CSV file of the columns
 *     meter       the source of the samples
 *     tariff      a file beside this one, or one that ships
 *     cycle       "day 1", or reading dates (calendar/cycle.h)
 *     contract    kW: "400", or by name "ponta=311 fora_ponta=467"
 *     connection  as the tariff's minimum_energy names it
 *     history     largest kW of earlier cycles: "2026-01=380 2026-02=395.5"
 *     credits     kWh of net metering at the beginning: "120", or by post
 *     factor      what a reading is multiplied with: current x voltage ratio; 1
 *     name, recipient, language   told with the bill
 * All but meter and tariff may be missing or empty. */
#ifndef DUTO_CUSTOMERS_H
#define DUTO_CUSTOMERS_H

#include "csv/table.h"
#include "tariff/tariff.h"
#include "tariff/usage.h"

struct customer {
	struct str meter;
	const struct tariff *tariff;
	struct cycles cycles;
	struct contract contract;
	decimal factor;
	struct str name, recipient, language;
};

struct customers {
	struct customer *all;
	size_t count;
	size_t *by_meter; /* hash table of places + 1; a power of two */
	size_t slots;
	struct tariff **tariffs;
	char **names; /* of the tariffs */
	size_t tariff_count;
	struct table table;
};

/* The texts of one customer, for where there is no file. NULL: not given. */
struct customer_terms {
	const char *tariff, *cycle, *contract, *connection, *history, *credits, *factor;
};

/* terms: what holds where a cell is empty. 0, or -errno and a malloc'ed message. */
int customers_load(const char *path, const struct customer_terms *terms, struct customers *ret,
	char **ret_error);

/* One customer without a meter: whoever sends. */
int customers_single(const struct customer_terms *terms, struct customers *ret, char **ret_error);
void customers_free(struct customers *c);

/* The customer of a meter, or NULL. */
const struct customer *customers_find(const struct customers *c, struct str meter);

#endif
