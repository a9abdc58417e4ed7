/* The units of Duto that systemd knows, as `systemctl show` tells of them. */
#ifndef DUTO_SHOWN_UNITS_H
#define DUTO_SHOWN_UNITS_H

#include "pipelines/capture.h"

struct shown_unit {
	const char *id, *load, *active, *fragment, *source, *result; /* "": nothing is told */
	long process, restarts, status; /* status: how the last process left */
	int64_t ended, started; /* when it last was so in this boot: ns, monotonic; 0: never */
};

struct shown_units {
	struct shown_unit *all; /* texts are of the answer */
	size_t count;
	struct captured answer;
};

#define SYSTEMCTL "/usr/bin/systemctl"

/* 0, or -errno with a malloc'ed message. */
int shown_units_read(struct shown_units *ret, char **ret_error);
void shown_units_free(struct shown_units *units);

#endif
