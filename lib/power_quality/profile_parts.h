/* What the parts of lib/power_quality/profile share. */
#ifndef DUTO_POWER_QUALITY_PROFILE_PARTS_H
#define DUTO_POWER_QUALITY_PROFILE_PARTS_H

#include <math.h>

#include "clock.h"
#include "power_quality/entries.h"
#include "power_quality/profile.h"

enum { PROFILE_SLOTS = 10000 }; /* of a period */
#define PROFILE_HOUR (3600 * SECONDS)
#define PROFILE_TICK (10 * SECONDS) /* frequency comes in values of so long */

/* The nominal voltages that an entry is for. */
struct profile_scope {
	double from, above, below, up_to;
};

#define PROFILE_ANYWHERE                                                                           \
	{                                                                                          \
		.below = INFINITY, .up_to = INFINITY                                               \
	}
#define PROFILE_SCOPE_ENTRIES(scope)                                                               \
	ENTRY("from", ENTRY_NUMBER, &(scope).from), ENTRY("above", ENTRY_NUMBER, &(scope).above),  \
		ENTRY("below", ENTRY_NUMBER, &(scope).below),                                      \
		ENTRY("up-to", ENTRY_NUMBER, &(scope).up_to)

bool profile_applies(const struct profile_scope *s, double nominal);

int profile_read_ranges(const struct yaml_node *list, struct profile_ranges *to, char **ret_error);
int profile_read_voltage(const struct yaml_node *map, struct profile *p, char **ret_error);
int profile_read_disturbances(const struct yaml_node *map, struct profile *p, char **ret_error);

#endif
