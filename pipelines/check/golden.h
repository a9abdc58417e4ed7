/* Comparing what came out with what was expected, line by line. */
#ifndef DUTO_GOLDEN_H
#define DUTO_GOLDEN_H

#include "str.h"

/* Both are lines; blank ones count for nothing. A line of JSON must have what the expected line
 * names, with that value (numbers within 1e-9 of it); what it does not name is free. Other lines
 * must be equal. Lines of schema samples count only where one is expected. NULL where they match;
 * else a malloc'ed account of the first difference. */
char *golden_compare(struct str expected, struct str actual);

#endif
