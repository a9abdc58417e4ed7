/* What is wrong in files that people write: gathered, so that all of it is told at once. */
#ifndef DUTO_MISTAKE_H
#define DUTO_MISTAKE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct mistake {
	char *path;
	int line, column; /* from 1; 0: not known */
	bool note;	  /* worth telling, but nothing is wrong */
	char *text;
};

/* Zeroed: none yet. */
struct mistakes {
	struct mistake *all;
	size_t count, cap;
};

/* The same text at the same place is kept once. */
void mistake_add(struct mistakes *m, const char *path, int line, int column, bool note,
	const char *format, va_list args) __attribute__((format(printf, 6, 0)));

/* Takes over a malloc'ed message, "PATH:LINE:COLUMN: ..." or without the place; path stands where
 * it has none. */
void mistake_add_message(struct mistakes *m, const char *path, char *message);

/* Brings them into the order of line and column, those of the file path first. */
void mistake_sort(struct mistakes *m, const char *path);

size_t mistake_count(const struct mistakes *m); /* without notes */

/* One a line: "PATH:LINE:COLUMN: TEXT", notes as "...: note: TEXT". */
void mistake_print(const struct mistakes *m, FILE *to);
void mistake_free(struct mistakes *m);

#endif
