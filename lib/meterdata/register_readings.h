/* Readings of a register that stands beside a meter's intervals: what these are checked against.
 * One is kept for each slot, its first, so that those at slots' ends are. They may come in any order. */
#ifndef DUTO_REGISTER_READINGS_H
#define DUTO_REGISTER_READINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "meterdata/counter.h"

struct register_reading {
	int64_t time;
	uint64_t counts;
};

struct register_readings {
	struct counter counter;
	int64_t slot;
	struct register_reading *all; /* by time */
	size_t count, room;
};

struct register_readings *register_readings_open(const struct counter *counter, int64_t slot);
void register_readings_close(struct register_readings *r);

/* One of the same time is replaced. 0; -EDOM where it is no reading; -EALREADY where the slot has an
 * earlier one. */
int register_readings_add(struct register_readings *r, int64_t time, const struct wire *reading);

/* Lets go of what is older than this. */
void register_readings_forget(struct register_readings *r, int64_t before);

/* As one wire object, and back into one just opened. */
void register_readings_save(const struct register_readings *r, struct buffer *to);
bool register_readings_load(struct register_readings *r, struct cursor *from);

#endif
