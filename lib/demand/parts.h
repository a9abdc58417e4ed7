/* What the files of demand.c share. */
#ifndef DUTO_DEMAND_PARTS_H
#define DUTO_DEMAND_PARTS_H

#include "demand/demand.h"
#include "series.h"

#define HOUR (3600 * SECONDS)

struct demand {
	struct demand_form form;
	struct series *meters;
	void (*closed)(struct str source, const struct demand_block *block);
};

struct demand_meter {
	struct demand *of;
	char *name;
	int64_t block;	 /* number of the block that is open: start / length */
	__int128 energy; /* kW x ns in it */
	int64_t covered; /* ns of it */
	uint32_t status;
	enum demand_level told; /* highest that was projected in it */
	bool started;
	int64_t last; /* until when use is known; what is older comes too late */
	int64_t read; /* when a polled power was read */
	decimal power;
	uint32_t power_status;
	uint64_t counts;
	decimal factor; /* kW or kWh for 1 of a reading, with the multiplier */
	struct zone_span span;
	struct cycle cycle;
	struct demand_post posts[];
};

/* A zeroed meter of that source. */
void demand_begin_meter(struct demand_meter *m, struct demand *d, struct str source);

#endif
