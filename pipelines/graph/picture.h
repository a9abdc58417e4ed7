/* A pipeline as a picture of lines and boxes for the terminal. */
#ifndef DUTO_PICTURE_H
#define DUTO_PICTURE_H

#include <stdio.h>

#include "pipelines/stage/traits.h"

/* The pipeline must be without mistakes. */
void picture_print(const struct pipeline *p, const struct traits *traits, FILE *to);

/* A sub-stage's words as they would be typed, behind "| " where it is not the first. Malloc'ed. */
char *picture_substage(const struct substage *s, bool first);

#endif
