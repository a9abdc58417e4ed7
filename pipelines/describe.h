/* What a filter says of itself: the answer to --describe. */
#ifndef DUTO_DESCRIBE_H
#define DUTO_DESCRIBE_H

#include <jansson.h>
#include <stddef.h>

/* Asks a filter, with the words of its command line (argv[0] its name; argc of them) so that it
 * speaks of the fields of just this stage, or with its name alone. Runs in dir. NULL: it did not
 * answer with JSON. The caller frees by json_decref. */
json_t *describe(const char *filter_path, char *const *argv, size_t argc, const char *dir);

/* A text of an object; "" where it is absent. */
const char *describe_text(const json_t *object, const char *key);

/* argv with one word more at its end, such as "--check". The words stay the caller's, the array is
 * malloc'ed. */
char **describe_with(char *const *argv, size_t argc, const char *word);

#endif
