#include "golden.h"

#include <jansson.h>
#include <math.h>

#include "text.h"

static bool matches(const json_t *expected, const json_t *actual);

static bool number_matches(const json_t *expected, const json_t *actual)
{
	double a = json_number_value(expected), b = json_number_value(actual);
	return json_is_number(actual) && (a == b || fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)));
}

static bool object_matches(const json_t *expected, const json_t *actual)
{
	const char *key;
	json_t *value;
	if (!json_is_object(actual))
		return false;
	json_object_foreach((json_t *)expected, key, value)
	{
		const json_t *other = json_object_get(actual, key);
		if (!other || !matches(value, other))
			return false;
	}
	return true;
}

static bool array_matches(const json_t *expected, const json_t *actual)
{
	bool same = json_is_array(actual) && json_array_size(expected) == json_array_size(actual);
	for (size_t i = 0; same && i < json_array_size(expected); i++)
		same = matches(json_array_get(expected, i), json_array_get(actual, i));
	return same;
}

static bool matches(const json_t *expected, const json_t *actual)
{
	if (json_is_object(expected))
		return object_matches(expected, actual);
	if (json_is_array(expected))
		return array_matches(expected, actual);
	if (json_is_number(expected))
		return number_matches(expected, actual);
	return json_equal(expected, actual);
}

/* The next line that is not blank, without its end; data NULL at the end of text. */
static struct str next_line(struct str *text)
{
	struct str line = { 0 };
	while (text->len) {
		const char *end = memchr(text->data, '\n', text->len);
		size_t len = end ? (size_t)(end - text->data) : text->len,
		       used = len + (end ? 1 : 0);
		line = (struct str){ text->data, len };
		*text = (struct str){ text->data + used, text->len - used };
		while (line.len && strchr(" \t\r", line.data[line.len - 1]))
			line.len--;
		if (line.len)
			return line;
	}
	return (struct str){ 0 };
}

static json_t *parse(struct str line)
{
	return json_loadb(line.data, line.len, 0, NULL);
}

static bool is_schema(struct str line)
{
	json_t *json = parse(line);
	const char *kind = json_string_value(json_object_get(json, "kind"));
	bool schema = kind && strcmp(kind, "schema") == 0;
	json_decref(json);
	return schema;
}

static bool has_schema(struct str text)
{
	for (struct str line; (line = next_line(&text)).data;)
		if (is_schema(line))
			return true;
	return false;
}

static struct str next_counted(struct str *text, bool schemas)
{
	struct str line = next_line(text);
	while (line.data && !schemas && is_schema(line))
		line = next_line(text);
	return line;
}

static bool line_matches(struct str expected, struct str actual)
{
	json_t *a = parse(expected), *b = parse(actual);
	bool same = a && b ? matches(a, b) : str_eq(expected, actual);
	json_decref(a);
	json_decref(b);
	return same;
}

static struct str shown(struct str line)
{
	return line.data ? line : STR("(nothing)");
}

char *golden_compare(struct str expected, struct str actual)
{
	bool schemas = has_schema(expected);
	for (size_t number = 1;; number++) {
		struct str a = next_line(&expected), b = next_counted(&actual, schemas);
		if (!a.data && !b.data)
			return NULL;
		if (a.data && b.data && line_matches(a, b))
			continue;
		return text_print("line %zu\nexpected: %.*s\n     got: %.*s", number,
			STR_ARG(shown(a)), STR_ARG(shown(b)));
	}
}
