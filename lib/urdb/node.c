#include "urdb/node.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "buffer.h"
#include "text.h"

static bool is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static size_t string_length(const char *text)
{
	size_t i = 1;
	while (text[i] != '"')
		i += text[i] == '\\' ? 2 : 1;
	return i + 1;
}

/* Sound JSON with each number replaced by where it begins: the library would make a float of it. */
static void replace_numbers(struct str text, struct buffer *ret)
{
	size_t i = 0, len;
	while (i < text.len) {
		char c = text.data[i];
		if (c == '"') {
			len = string_length(text.data + i);
			buffer_add(ret, text.data + i, len);
			i += len;
		} else if (c == '-' || (c >= '0' && c <= '9')) {
			buffer_print(ret, "%zu", i);
			while (i < text.len && is_of_number(text.data[i]))
				i++;
		} else {
			buffer_add_char(ret, c);
			i++;
		}
	}
}

bool document_open(struct document *d)
{
	json_error_t error;
	struct buffer text = { 0 };
	json_t *sound = json_loadb(d->text.data, d->text.len, JSON_REJECT_DUPLICATES, &error);
	if (!sound) {
		mistake_add_message(d->mistakes, d->file,
			text_print("%s:%d:%d: %s", d->file, error.line, error.column, error.text));
		return false;
	}
	json_decref(sound);
	replace_numbers(d->text, &text);
	d->root = json_loadb((const char *)text.data, text.len, 0, NULL);
	buffer_free(&text);
	return d->root;
}

static void tell(struct document *d, bool is_note, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	mistake_add(d->mistakes, d->file, 0, 0, is_note, format, args);
	va_end(args);
}

void refuse(struct document *d, const struct node *n, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = text_vprint(format, args);
	va_end(args);
	tell(d, false, "%s%s%s", n->path, *n->path ? ": " : "", text);
	free(text);
}

void note(struct document *d, const struct node *n, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = text_vprint(format, args);
	va_end(args);
	tell(d, true, "%s%s%s", n->path, *n->path ? ": " : "", text);
	free(text);
}

struct node node_get(const struct node *n, const char *key)
{
	struct node ret = { .json = json_object_get(n->json, key) };
	if (json_is_null(ret.json))
		ret.json = NULL;
	snprintf(ret.path, sizeof(ret.path), "%.40s%s%.50s", n->path, *n->path ? "." : "", key);
	return ret;
}

struct node node_at(const struct node *n, size_t i)
{
	struct node ret = { .json = json_array_get(n->json, i) };
	snprintf(ret.path, sizeof(ret.path), "%.70s[%zu]", n->path, i);
	return ret;
}

static void expected(struct document *d, const struct node *n, const char *what)
{
	static const char *const names[] = { [JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "text",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null" };
	if (json_is_string(n->json))
		refuse(d, n, "expected %s, found \"%.60s\"", what, json_string_value(n->json));
	else if (json_is_integer(n->json))
		refuse(d, n, "expected %s, found %.*s", what, STR_ARG(node_number(d, n->json)));
	else
		refuse(d, n, "expected %s, found %s", what, names[json_typeof(n->json)]);
}

size_t node_count(struct document *d, const struct node *n, size_t low, size_t high)
{
	size_t count = json_array_size(n->json);
	if (!node_is(n) || (json_is_array(n->json) && count >= low && count <= high))
		return count;
	if (!json_is_array(n->json))
		expected(d, n, "a list");
	else if (low == high)
		refuse(d, n, "expected %zu elements, found %zu", low, count);
	else
		refuse(d, n, "expected %zu to %zu elements, found %zu", low, high, count);
	return 0;
}

bool node_is_map(struct document *d, const struct node *n)
{
	if (node_is(n) && !json_is_object(n->json))
		expected(d, n, "an object");
	return json_is_object(n->json);
}

struct str node_number(const struct document *d, const json_t *json)
{
	if (!json_is_integer(json))
		return STR("");
	const char *at = d->text.data + json_integer_value(json), *end = at;
	while (end < d->text.data + d->text.len && is_of_number(*end))
		end++;
	return (struct str){ at, (size_t)(end - at) };
}

void node_decimal(struct document *d, const struct node *n, decimal *ret)
{
	struct str number = node_number(d, n->json);
	char text[DECIMAL_TEXT];
	if (!node_is(n))
		return;
	if (!number.len) {
		expected(d, n, "a number");
		return;
	}
	int r = exact_parse(number, ret);
	if (r < 0)
		refuse(d, n, "%.*s is too large", STR_ARG(number));
	else if (r)
		note(d, n, "%.*s is rounded to %.*s: nine digits behind the point", STR_ARG(number),
			(int)decimal_print(text, *ret, 0), text);
}

void node_integer(struct document *d, const struct node *n, int64_t low, int64_t high, int64_t *ret)
{
	struct str number = node_number(d, n->json);
	char what[60];
	decimal v = -1;
	if (!node_is(n))
		return;
	int r = number.len ? exact_parse(number, &v) : -EINVAL;
	if (!r && v % DECIMAL_ONE == 0 && v / DECIMAL_ONE >= low && v / DECIMAL_ONE <= high) {
		*ret = v / DECIMAL_ONE;
		return;
	}
	snprintf(what, sizeof(what), "a whole number from %lld to %lld", (long long)low,
		(long long)high);
	expected(d, n, what);
}

void node_bool(struct document *d, const struct node *n, bool *ret)
{
	struct str number = node_number(d, n->json);
	if (json_is_boolean(n->json))
		*ret = json_is_true(n->json);
	else if (str_eq(number, STR("0")) || str_eq(number, STR("1")))
		*ret = *number.data == '1';
	else if (node_is(n))
		expected(d, n, "true or false");
}

void node_choice(struct document *d, const struct node *n, const char *const *names, int *ret)
{
	const char *text = json_string_value(n->json);
	struct buffer what = { 0 };
	int choice = 0;
	if (!node_is(n))
		return;
	while (names[choice] && (!text || strcasecmp(text, names[choice])))
		choice++;
	if (names[choice]) {
		*ret = choice;
		return;
	}
	for (int i = 0; names[i]; i++)
		buffer_print(&what, "%s%s", i ? ", " : "one of ", names[i]);
	buffer_add_char(&what, 0);
	expected(d, n, (const char *)what.data);
	buffer_free(&what);
}
