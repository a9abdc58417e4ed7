/* The texts by which a customer says what he agreed to: cells of a customer file, or options. Each
 * returns 0, or -EINVAL with a malloc'ed message that has no place. An empty text says nothing. */
#ifndef DUTO_CUSTOMER_TERMS_H
#define DUTO_CUSTOMER_TERMS_H

#include "tariff/tariff.h"
#include "tariff/usage.h"

/* "400", or "ponta=311 fora_ponta=467". */
int customer_contracts(struct str text, struct contract *c, char **ret_error);

/* Every contract that the tariff asks for has to be there. */
int customer_check_contracts(const struct tariff *t, const struct contract *c, char **ret_error);

/* "2026-01=380 2026-02-15=395.5": month, or day on which the cycle ended, and kW. */
int customer_history(struct str text, struct contract *c, char **ret_error);

/* "120", or kWh by post. */
int customer_credits(struct str text, const struct tariff *t, struct contract *c, char **ret_error);

/* One that the tariff's minimum_energy names. */
int customer_connection(
	struct str text, const struct tariff *t, struct contract *c, char **ret_error);

/* Current x voltage ratio; 1 where the text is empty. */
int customer_factor(struct str text, decimal *ret, char **ret_error);

#endif
