#include <errno.h>

#include "keep_parts.h"

int keep_lookup(struct keep_writer *w, const struct sample *s)
{
	(void)w;
	(void)s;
	return 0;
}
