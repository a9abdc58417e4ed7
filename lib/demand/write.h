/* What demand finds out, as fields of samples. */
#ifndef DUTO_DEMAND_WRITE_H
#define DUTO_DEMAND_WRITE_H

#include "demand/demand.h"
#include "sample.h"

/* A block: demand, energy, and by post (its name behind an underscore, where there are several)
 * demand_max and load_factor of the cycle so far. */
void demand_write_block(
	const struct demand_form *form, const struct demand_block *b, struct sample_writer *w);

/* The event of a block that was above its contract, and of one that will be. */
void demand_write_exceeded(
	const struct demand_form *form, const struct demand_block *b, struct sample_writer *w);
void demand_write_projected(
	const struct demand_form *form, const struct demand_projection *p, struct sample_writer *w);

#endif
