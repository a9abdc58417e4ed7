/* Texts and JSON as PostgreSQL takes them: UTF-8 without NUL. What it would refuse becomes U+FFFD. */
#ifndef DUTO_HISTORIAN_STORABLE_H
#define DUTO_HISTORIAN_STORABLE_H

#include "buffer.h"
#include "sample.h"

/* Returns the text, or what it becomes in room. */
struct str historian_text(struct str text, struct buffer *room);

/* Appends one of the sample's maps as a JSON object. */
void historian_json(struct buffer *to, const struct sample *s, const struct sample_map *map);

#endif
