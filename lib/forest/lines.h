/* The lines and words of a forest's text, and messages that name the line. Inside lib/forest. */
#ifndef DUTO_FOREST_LINES_H
#define DUTO_FOREST_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct lines {
	const char *path, *at, *end;
	const char *start;
	size_t line;
	struct str text; /* the line at hand, as it stood */
	struct str rest; /* what is not yet read of it */
	char **error;
};

/* -EINVAL, with "PATH:LINE: ..." in the reader's error. */
int lines_fail(const struct lines *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Fails with what was found instead, shortened and without control characters. */
int lines_fail_expected(const struct lines *r, const char *expected);

void lines_next(struct lines *r);

/* These take a word and the space behind it; word_is only where it is that word. */
bool lines_word_is(struct lines *r, const char *word);
bool lines_number(struct lines *r, double *ret);
bool lines_count(struct lines *r, uint32_t max, uint32_t *ret);

#endif
