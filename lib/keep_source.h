/* Sources as paths. Only for lib/keep*.c. */
#ifndef DUTO_KEEP_SOURCE_H
#define DUTO_KEEP_SOURCE_H

#include "str.h"

/* Whether a source is that one, or lies under it; all lie under the empty one. A / at its end says
 * nothing. */
static inline bool keep_source_is_under(struct str source, struct str above)
{
	while (above.len && above.data[above.len - 1] == '/')
		above.len--;
	return !above.len || (str_starts(source, above) &&
				     (source.len == above.len || source.data[above.len] == '/'));
}

#endif
