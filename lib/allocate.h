/* Memory that is there: running out of it aborts, as in buffer.h. */
#ifndef DUTO_ALLOCATE_H
#define DUTO_ALLOCATE_H

#include <stdlib.h>

/* What a function that allocates gave, where it gave something. */
static inline void *or_abort(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Zeroed room for n things of a size, which is never NULL; free it with free. */
static inline void *allocate(size_t n, size_t size)
{
	return or_abort(calloc(n ? n : 1, size));
}

/* Room for n things of a size in the place of memory, which may be NULL; what is new is not zeroed. */
static inline void *reallocate(void *memory, size_t n, size_t size)
{
	return or_abort(reallocarray(memory, n ? n : 1, size));
}

#endif
