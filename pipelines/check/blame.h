/* Which word of a pipeline file a filter's complaint is about. */
#ifndef DUTO_BLAME_H
#define DUTO_BLAME_H

#include "pipeline/pipeline.h"

struct place {
	int line, column;
};

/* Of a message such as "--every: 5x is not a duration" the place of the value, of "unknown option
 * --evry" that of the option, of one that names a word that place; else that of the filter's name.
 */
struct place blame(const struct substage *s, const char *message);

/* The place of the word that holds a field's name, or of the filter's name. */
struct place blame_field(const struct substage *s, const char *field);

#endif
