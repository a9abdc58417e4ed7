/* What reading and editing samples share. Only for lib/sample*.c. */
#ifndef DUTO_SAMPLE_PARTS_H
#define DUTO_SAMPLE_PARTS_H

#include "sample.h"

/* A cursor over bytes that sample_decode has found sound: readers cannot fail. */
static inline struct cursor sample_cursor(const struct sample *s, uint32_t at)
{
	return (struct cursor){ s->data + at, s->data + s->len };
}

/* Reads the values map at the cursor into s->values and s->at. 1, 0 or -1 as wire_next. */
int sample_take_values(struct cursor *c, struct sample *s);

/* Leaves the cursor at a field's value; false where there is none. */
bool sample_locate(const struct sample *s, struct field *f, struct cursor *ret);

/* Leaves the cursor at the value of an entry of quality or via, its first byte in *ret_entry. */
bool sample_find_entry(const struct sample *s, const struct sample_map *m, struct str name,
	struct cursor *c, uint32_t *ret_entry);

#endif
