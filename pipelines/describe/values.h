/* What the words of a command line are to a filter: the values of its options, by its description.
 * Reads them as lib/opt.h does; words that it would refuse are passed over. */
#ifndef DUTO_VALUES_H
#define DUTO_VALUES_H

#include <jansson.h>

/* Called with a value, which ends *word: the word may be --name=value, and replaced. */
typedef void value_call(const json_t *option, char **word, const char *value, void *context);

/* Calls each with every value that argv[1..] gives, in order. argv ends with NULL; description: of
 * --describe. */
void values_each(const json_t *description, char **argv, value_call *each, void *context);

#endif
