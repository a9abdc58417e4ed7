/* The files that filters write by themselves: options of type output, and --out file:PATH. */
#ifndef DUTO_OUTPUTS_H
#define DUTO_OUTPUTS_H

#include "wiring.h"

/* Puts what turn makes of each such path, malloc'ed, in its place; NULL leaves it. */
void outputs_turn(struct wired *w, char *(*turn)(void *context, const char *path), void *context);

/* Whether the stage's words name such a file by a relative path. */
bool outputs_named(const struct pipeline *p, const struct stage *stage);

#endif
