/* What there is to do to a unit, so that it runs as the pipeline files say. */
#ifndef DUTO_APPLY_UNITS_H
#define DUTO_APPLY_UNITS_H

#include "shown_units.h"

enum apply_deed {
	APPLY_NOTHING,
	APPLY_STOP,    /* the pipeline files do not have it any more */
	APPLY_RESTART, /* it runs as it was, of a program that was replaced, or failed */
	APPLY_START,   /* it has never run */
	APPLY_RELOAD,  /* it makes the folders, also those that are new */
};

enum apply_deed apply_deed_of(const struct shown_units *units, const struct shown_unit *u);

#endif
