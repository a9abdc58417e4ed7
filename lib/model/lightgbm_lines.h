/* The lines of a LightGBM text model, KEY=VALUE or a word alone, and what its reader knows. */
#ifndef DUTO_LIGHTGBM_LINES_H
#define DUTO_LIGHTGBM_LINES_H

#include "assemble.h"
#include "text.h"

struct lightgbm {
	const char *path;
	char **error;
	struct assembly *assembly;
	struct str rest, key, value; /* key and value: of the line at hand */
	size_t line;
	uint32_t trees_a_turn;
	double factor; /* of the leaves' values */
};

/* Puts "model.txt:17: ..." into *r->error and gives -EINVAL. */
#define lightgbm_fail(r, line, format, ...)                                                        \
	text_refuse((r)->error, "%s:%zu: " format, (r)->path, (size_t)(line), ##__VA_ARGS__)

/* Takes the next line; false where none is left that has an end. */
bool lightgbm_next(struct lightgbm *r);

static inline bool lightgbm_is(const struct lightgbm *r, const char *key)
{
	return str_eq(r->key, str(key));
}

/* Words stand between single spaces. */
struct str lightgbm_word(struct str *rest);

/* A finite number, and nothing behind it. */
bool lightgbm_number(struct str word, double *ret);

/* The line's value: an integer from 1 to max. 0 or -EINVAL. */
int lightgbm_count(const struct lightgbm *r, uint32_t max, uint32_t *ret);

#endif
