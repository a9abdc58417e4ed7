/* Text for a person's terminal, appended to a buffer: columns counted, colours, nothing that
 * steers. */
#ifndef DUTO_TERMINAL_H
#define DUTO_TERMINAL_H

#include <stdbool.h>

#include "buffer.h"

#define TERMINAL_DIM	"\x1b[2m"
#define TERMINAL_BOLD	"\x1b[1m"
#define TERMINAL_RED	"\x1b[31m"
#define TERMINAL_YELLOW "\x1b[33m"
#define TERMINAL_CYAN	"\x1b[36m"

struct terminal {
	struct buffer *out;
	bool colored;
	int column; /* where the line at hand stands, from 0 */
};

/* How many columns text takes: one a code point. */
int terminal_columns(struct str text);

/* Appends text. Each control character, and each byte that is not UTF-8, becomes one U+FFFD. */
void terminal_put(struct terminal *t, struct str text);

/* The same in a colour or other attribute, "" for none. */
void terminal_put_colored(struct terminal *t, const char *attribute, struct str text);

void terminal_put_spaces(struct terminal *t, int n);
void terminal_new_line(struct terminal *t);

/* Columns of the terminal that fd is; 0 where it is none. */
int terminal_width(int fd);

#endif
