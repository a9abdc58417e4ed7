/* What a filter, with the options given, needs and makes: collected through fields_* for
 * --describe. */
#ifndef DUTO_FIELDS_H
#define DUTO_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct field_list {
	struct {
		const char *name, *unit;
	} * at;
	size_t count;
};

struct fields {
	struct field_list needs, makes, only;
	bool some, none, open;
};

/* The members "needs", "makes", "passes" and "open" of the description, each with a comma in front.
 */
void fields_print(const struct fields *f, FILE *to);

#endif
