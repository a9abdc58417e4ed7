/* Zeroed memory that is there: running out of it aborts, as in buffer.h. */
#ifndef DUTO_ALLOCATE_H
#define DUTO_ALLOCATE_H

#include <stdlib.h>

/* Room for n things of a size, which is never NULL; free it with free. */
static inline void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

#endif
