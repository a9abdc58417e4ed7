/* What a filter says of itself: the answer to --describe. */
#ifndef DUTO_DESCRIBE_H
#define DUTO_DESCRIBE_H

#include <jansson.h>

#include "str.h"

/* What a filter says of itself whatever its options are. NULL: it did not answer with JSON. The
 * caller frees by json_decref. */
json_t *describe(const char *filter_path, const char *name);

/* The same out of the table beside the filters that `duto list --json` has written
 * (filters.json), where it has this filter as it is now. */
json_t *describe_known(const char *filter_path, const char *name);

/* The answer to --describe that a filter has written, or NULL. */
json_t *describe_parse(struct str answer);

/* A text of an object; "" where it is absent. */
const char *describe_text(const json_t *object, const char *key);

#endif
