/* Samples for people: time, source and fields with units, the values of one field under one
 * another. */
#ifndef DUTO_SHOW_H
#define DUTO_SHOW_H

#include "sample.h"

struct show;

/* width: columns after which a line is broken; 0: never. */
struct show *show_open(bool colored, int width);

/* Learns units and decimals from a sample of kind schema. */
void show_learn(struct show *show, const struct sample *s);

/* Appends a line, or several where it is broken. */
void show_sample(struct show *show, struct buffer *out, const struct sample *s, bool with_via);

void show_close(struct show *show);

#endif
