/* Sources are paths: plant/line1/meter3. */
#ifndef DUTO_SOURCE_H
#define DUTO_SOURCE_H

#include "str.h"

/* Whether a source is path, or lies under it. By whole segments: plant/line1 is above
 * plant/line1/meter3, not above plant/line10. Slashes at the path's end do not count; the empty path
 * is above all. */
static inline bool source_under(struct str source, struct str path)
{
	while (path.len && path.data[path.len - 1] == '/')
		path.len--;
	return str_starts(source, path) &&
	       (!path.len || source.len == path.len || source.data[path.len] == '/');
}

#endif
