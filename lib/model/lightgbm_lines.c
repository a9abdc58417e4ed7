#include "lightgbm_lines.h"

#include <errno.h>
#include <math.h>

#include "number.h"

bool lightgbm_next(struct lightgbm *r)
{
	const char *end = r->rest.len ? memchr(r->rest.data, '\n', r->rest.len) : NULL;
	size_t len = end ? (size_t)(end - r->rest.data) : 0;
	const char *equals;

	if (!end)
		return false;
	r->line++;
	r->key = (struct str){ r->rest.data, len };
	r->rest = (struct str){ end + 1, r->rest.len - len - 1 };
	if (len && r->key.data[len - 1] == '\r')
		r->key.len--;
	equals = r->key.len ? memchr(r->key.data, '=', r->key.len) : NULL;
	r->value = STR("");
	if (equals) {
		r->value = (struct str){ equals + 1, r->key.data + r->key.len - equals - 1 };
		r->key.len = (size_t)(equals - r->key.data);
	}
	return true;
}

struct str lightgbm_word(struct str *rest)
{
	const char *space = rest->len ? memchr(rest->data, ' ', rest->len) : NULL;
	struct str word = { rest->data, space ? (size_t)(space - rest->data) : rest->len };

	rest->data += word.len + (space != NULL);
	rest->len -= word.len + (space != NULL);
	return word;
}

bool lightgbm_number(struct str word, double *ret)
{
	bool integer;
	int64_t i;

	return word.len && number_parse(word.data, word.len, ret, &integer, &i) == word.len &&
	       isfinite(*ret);
}

int lightgbm_count(const struct lightgbm *r, uint32_t max, uint32_t *ret)
{
	double v;

	if (!lightgbm_number(r->value, &v) || !(v >= 1 && v <= max && v == floor(v)))
		return lightgbm_fail(
			r, r->line, "expected %.*s from 1 to %u", STR_ARG(r->key), max);
	*ret = (uint32_t)v;
	return 0;
}
