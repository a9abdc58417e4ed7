/* Text of units (systemd.syntax(7)): what people wrote goes in so that it means itself. */
#ifndef DUTO_UNIT_TEXT_H
#define DUTO_UNIT_TEXT_H

#include "buffer.h"

/* A value that systemd takes as it is but for specifiers: % is doubled, control characters become
 * spaces. */
void unit_text_add(struct buffer *to, const char *text);

/* One argument of a command line, in quotes: besides, \, ", $ and what is not ASCII text are
 * escaped. */
void unit_text_quote(struct buffer *to, const char *text);

#endif
