#include "forest/lines.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "text.h"

int lines_fail(const struct lines *r, const char *format, ...)
{
	char *what;
	va_list args;

	va_start(args, format);
	what = text_vprint(format, args);
	va_end(args);
	*r->error = text_print("%s:%zu: %s", r->path, r->line, what);
	free(what);
	return -EINVAL;
}

int lines_fail_expected(const struct lines *r, const char *expected)
{
	char found[41];
	size_t n = r->text.len < sizeof(found) - 1 ? r->text.len : sizeof(found) - 1;

	if (!r->text.data)
		return lines_fail(
			r, "expected %s, but the file ends here: it is cut short", expected);
	for (size_t i = 0; i < n; i++)
		found[i] = (unsigned char)r->text.data[i] < ' ' ? '?' : r->text.data[i];
	found[n] = '\0';
	return lines_fail(r, "expected %s, found \"%s\"", expected, found);
}

void lines_next(struct lines *r)
{
	const char *newline = r->at < r->end ? memchr(r->at, '\n', r->end - r->at) : NULL;

	r->line++;
	r->text = (struct str){ NULL, 0 };
	if (newline) {
		r->text = (struct str){ r->at, newline - r->at };
		r->at = newline + 1;
	}
	r->rest = r->text;
}

static struct str take_word(struct lines *r)
{
	const char *space = r->rest.len ? memchr(r->rest.data, ' ', r->rest.len) : NULL;
	struct str word = { r->rest.data, space ? (size_t)(space - r->rest.data) : r->rest.len };
	size_t used = word.len + (space != NULL);

	r->rest.data += used;
	r->rest.len -= used;
	return word;
}

bool lines_word_is(struct lines *r, const char *word)
{
	struct lines before = *r;

	if (r->rest.len && str_eq(take_word(r), str(word)))
		return true;
	*r = before;
	return false;
}

bool lines_number(struct lines *r, double *ret)
{
	struct str word = r->rest.len ? take_word(r) : (struct str){ "", 0 };
	bool integer;
	int64_t i;

	return word.len && number_parse(word.data, word.len, ret, &integer, &i) == word.len;
}

bool lines_count(struct lines *r, uint32_t max, uint32_t *ret)
{
	struct str word = r->rest.len ? take_word(r) : (struct str){ "", 0 };
	bool integer;
	int64_t i;
	double v;

	if (!word.len || number_parse(word.data, word.len, &v, &integer, &i) != word.len ||
		!integer)
		return false;
	*ret = (uint32_t)i;
	return i >= 0 && i <= max;
}
