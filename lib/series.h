/* Bounded state per source (and kind, field, ...): a hash map from a key to a block of fixed size.
 * When full, the key not used for longest leaves. */
#ifndef DUTO_SERIES_H
#define DUTO_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "str.h"
#include "wire.h"

struct series;

/* leave, where not NULL, is called with the state of a key that leaves or at close. */
struct series *series_open(size_t state_size, size_t max, void (*leave)(void *state));

/* The state of a key; zeroed when *ret_new. Stays in place until the next series_get. */
void *series_get(struct series *s, struct str key, bool *ret_new);

/* Walks all keys, oldest first, in the order in which they came. */
void series_each(struct series *s, void (*each)(struct str key, void *state));

/* All keys and states, as one wire object, and back into an empty series: in the same order, and
 * the same key leaves next. save appends one state as one wire object; load reads one into a
 * zeroed state and says whether it was one. false: not what series_save writes; what was read so
 * far stays. */
void series_save(
	struct series *s, struct buffer *to, void (*save)(const void *state, struct buffer *to));
bool series_load(struct series *s, struct cursor *from,
	bool (*load)(void *context, struct str key, void *state, struct cursor *from),
	void *context);

size_t series_count(const struct series *s);
void series_close(struct series *s);

#endif
