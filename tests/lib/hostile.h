/* States that are damaged: refused, or of no harm. */
#ifndef DUTO_TEST_HOSTILE_H
#define DUTO_TEST_HOSTILE_H

#include "buffer.h"
#include "random.h"
#include "tap.h"

/* Cuts a state short behind every so many bytes, and changes one to three of them. survives loads it,
 * goes on with it and says whether it was taken. */
static inline void hostile_states(
	struct buffer state, size_t every, int damages, bool (*survives)(struct buffer state))
{
	struct random r;
	int taken = 0;
	random_seed(&r, 2, 0);
	for (size_t len = 0; len < state.len; len += every)
		taken += survives((struct buffer){ state.data, len, len });
	ok(taken == 0, "cut short it is refused");
	for (int i = 0; i < damages; i++) {
		struct buffer damaged = { 0 };
		buffer_add_str(&damaged, buffer_str(&state));
		for (uint64_t n = 1 + random_below(&r, 3); n; n--)
			damaged.data[random_below(&r, damaged.len)] = (uint8_t)random_bits(&r);
		taken += survives(damaged);
		buffer_free(&damaged);
	}
	ok(taken < damages, "of %d damaged ones %d are refused, and the others do no harm", damages,
		damages - taken);
}

#endif
