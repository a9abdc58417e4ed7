/* What the files of zone.c share: a zone as the moments at which its offset changes. */
#ifndef DUTO_ZONE_PARTS_H
#define DUTO_ZONE_PARTS_H

#include <stdint.h>

#include "str.h"

struct zone_change {
	int64_t at; /* seconds, UTC */
	int32_t offset;
};

struct zone {
	char *name;
	struct zone *next;
	int32_t offset; /* before the first change */
	struct zone_change *changes;
	size_t count, room;
};

/* Adds a change behind the others; one that changes nothing is left out, and so is one that is not
 * later than the last. */
void zone_add(struct zone *z, int64_t at, int32_t offset);

/* Works out what the rule of a TZ string ("EST5EDT,M3.2.0,M11.1.0": POSIX.1-2017, 8.3, with the
 * hours beyond a day of RFC 8536, 3.3.1) makes of the years from that one on, up to the last that
 * times can have. 0, or -EINVAL. */
int zone_add_rule(struct zone *z, struct str rule, int from_year);

#endif
