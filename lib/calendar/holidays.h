/* Holidays: dated data and rules (schemas/holidays/README.md tells the form), worked out for all
 * years at once; afterwards only looked at. */
#ifndef DUTO_HOLIDAYS_H
#define DUTO_HOLIDAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "date.h"
#include "pipeline/yaml.h"

enum { HOLIDAYS_DAYS = 106751 }; /* dates from 1970-01-01 to 2262-04-10 */

struct holidays {
	uint8_t days[HOLIDAYS_DAYS / 8 + 1]; /* bit n: the date with that number is one */
};

/* Reads a calendar by name or path ("brazil.yaml"; see shipped.h), or what a node says: a name, or a
 * list of holidays as in such a file. beside: the file that names it, or NULL. 0, or -errno with a
 * malloc'ed message, "file:line:column: ..." */
int holidays_load(const char *name, const char *beside, struct holidays **ret, char **ret_error);
int holidays_read(
	const struct yaml_node *n, const char *beside, struct holidays **ret, char **ret_error);
void holidays_free(struct holidays *h);

/* h may be NULL: no holidays. */
static inline bool holidays_has(const struct holidays *h, int32_t day)
{
	return h && (uint32_t)day < HOLIDAYS_DAYS && h->days[day >> 3] >> (day & 7) & 1;
}

#endif
