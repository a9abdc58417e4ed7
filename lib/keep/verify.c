#include <errno.h>

#include "keep/reader_parts.h"

/* What a reader is given of each block is what was written: CRCs, sealed forms and numbers. */
int64_t keep_verify(const char *path, void (*found)(const char *message, void *context),
	void *context, char **ret_error)
{
	static const struct keep_query everything = { .positions = true };
	struct keep_reader *r;
	struct keep_block block;
	int64_t count = 0;
	int result = keep_reader_open(&r, path, ret_error);
	if (result)
		return result;
	keep_reader_query(r, &everything);
	while ((result = keep_reader_read(r, &block, ret_error)) == 1 || result == -EBADMSG) {
		if (result == 1)
			continue;
		count++;
		found(*ret_error, context);
		free(*ret_error);
		*ret_error = NULL;
	}
	keep_reader_close(r);
	return result < 0 ? result : count;
}
