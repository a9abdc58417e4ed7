/* The units of fields, learnt from schema samples. */
#ifndef DUTO_UNITS_H
#define DUTO_UNITS_H

#include "sample.h"

struct units {
	struct series *texts;
};

struct units units_open(void);

/* Keeps the units that a schema sample announces; those of 32 bytes and more are not kept. */
void units_learn(struct units *units, const struct sample *s);

/* The unit that a schema sample announces for one field; false: none. */
bool units_announced(const struct sample *s, struct str field, struct str *ret_unit);

/* The unit of a field; empty: not known. Stays until the next call. */
const char *units_of(struct units *units, struct str name);

#endif
