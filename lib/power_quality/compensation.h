/* What a distributor owes for precarious and critical voltage (PRODIST, Module 8): of the mean use
 * of system charge (EUSD), (DRP - limit) x weight + (DRC - limit) x weight, each only above its
 * limit. Exact; rounded once. */
#ifndef DUTO_POWER_QUALITY_COMPENSATION_H
#define DUTO_POWER_QUALITY_COMPENSATION_H

#include "power_quality/assessment.h"

/* charge in money or, for the factor alone, DECIMAL_ONE. digits: 2 for money. -EOVERFLOW. */
int compensation_of(const struct profile *p, const struct verdict *v, decimal charge, int digits,
	decimal_product *ret);

#endif
