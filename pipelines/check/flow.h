/* Which fields the samples at one place of a pipeline have, as far as the filters before it say so.
 */
#ifndef DUTO_FLOW_H
#define DUTO_FLOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct flow_field {
	char *name, *unit; /* unit "": not known */
};

/* Zeroed: no fields at all. */
struct flow {
	struct flow_field *fields;
	size_t count;
	bool open;  /* there may be others that cannot be known here */
	bool muted; /* open only because of a mistake that has been told: say nothing more of it */
};

const struct flow_field *flow_find(const struct flow *f, const char *name);
const char *flow_suggest(const struct flow *f, const char *name);

/* Adds what other has: samples of both come together. */
void flow_merge(struct flow *f, const struct flow *other);

/* What becomes of the fields in a filter that describes itself so: "passes", then "makes" and
 * "open". */
void flow_through(struct flow *f, const json_t *description);
void flow_free(struct flow *f);

#endif
