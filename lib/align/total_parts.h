/* What the parts of lib/total share. Not for filters. */
#ifndef DUTO_TOTAL_PARTS_H
#define DUTO_TOTAL_PARTS_H

#include "total.h"

enum total_rule { LEFT_OUT, SUM, MEAN };

enum { TOTAL_METERS = 1024 };

/* One field of the total, while its meters are gone through. */
struct total_part {
	char *name;
	enum total_rule rule;
	struct buffer schema; /* what the first meter says of it */
	size_t meters;	      /* that have it, as a number or not */
	size_t counted;	      /* that gave a number */
	bool is_float;
	__int128 integers;
	double sum;
	uint32_t status;
};

struct total_derived {
	struct str name;
	struct opt_list of;
};

struct total {
	struct total_form form;
	struct opt_list sources;
	struct str *segments;
	bool heard[TOTAL_METERS];
	struct total_part *parts;
	size_t count;
	struct total_derived *across, *ratios;
};

/* The meter that an aligned field is of, its own name in ret_field; -1: none. */
int total_meter(const struct total *t, struct str aligned, struct str *ret_field);

/* The field of that name, made where there is none. */
struct total_part *total_part(struct total *t, struct str name);

#endif
