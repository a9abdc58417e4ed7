/* Times as people's files write them. */
#ifndef DUTO_TIME_FORM_H
#define DUTO_TIME_FORM_H

#include <stdint.h>

#include "str.h"

struct time_form {
	/* NULL: RFC 3339 (timestamp.h); "unix", "unix-ms": seconds or milliseconds since the epoch,
	 * with decimals or not; else as strptime(3) has it, with decimals behind the seconds
	 * allowed at its end. */
	const char *form;
	int64_t utc_offset; /* nanoseconds that times without a zone of their own are ahead of UTC
			     */
};

/* 0 or -EINVAL, also for days that do not exist. */
int time_form_read(const struct time_form *f, struct str text, int64_t *ret_ns);

#endif
