/* All cursors of a keep. Only for lib/keep. */
#ifndef DUTO_KEEP_CURSORS_H
#define DUTO_KEEP_CURSORS_H

#include "keep/keep.h"

/* folder: that of the cursors. Stops at the first call that does not return 0, and returns that;
 * -EBADMSG: a cursor is no number. */
int keep_cursors_each(
	int folder, int (*call)(const struct keep_cursor *cursor, void *context), void *context);

#endif
