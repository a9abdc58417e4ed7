/* The units of Duto that systemd knows, and what there is to do to them. */
#ifndef DUTO_APPLY_UNITS_H
#define DUTO_APPLY_UNITS_H

#include <stdbool.h>
#include <stddef.h>

enum apply_deed {
	APPLY_NOTHING,
	APPLY_STOP,    /* the pipeline files do not have it any more */
	APPLY_RESTART, /* it runs as it was, or failed */
	APPLY_START,   /* it has never run */
	APPLY_RELOAD,  /* it makes the folders, also those that are new */
};

struct apply_unit {
	char *name;
	enum apply_deed deed;
};

struct apply_units {
	struct apply_unit *all;
	size_t count;
};

#define SYSTEMCTL "/usr/bin/systemctl"

/* Asks systemctl. 0, or -errno with a malloc'ed message. */
int apply_units_read(struct apply_units *ret, char **ret_error);
void apply_units_free(struct apply_units *units);

#endif
