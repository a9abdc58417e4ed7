/* What `duto check` says of the fields that filters need. */
#ifndef DUTO_CHECK_FIELDS_H
#define DUTO_CHECK_FIELDS_H

#include "flow.h"
#include "pipeline/pipeline.h"

/* Adds a mistake for each field that the filter needs and that does not come in, or in another unit;
 * a note where that is not known. A field that it lets through by its name must come in, like one
 * that it computes from. */
void check_fields(struct pipeline *p, const struct substage *sub, const struct flow *flow,
	const json_t *description);

#endif
