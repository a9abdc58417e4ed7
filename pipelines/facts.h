/* What a command tells of one thing: a fact a line, its title before it. */
#ifndef DUTO_FACTS_H
#define DUTO_FACTS_H

#include "terminal.h"

enum { FACTS_TITLE = 10 }; /* columns of a title */

/* attribute: TERMINAL_CYAN and the like, "" for none. An empty title goes on with the fact above. */
void facts_put(struct terminal *t, const char *title, const char *attribute, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* Whether standard output is a terminal that shows colours. */
bool facts_colored(void);

#endif
