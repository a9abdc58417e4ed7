#include "power_quality/entries.h"

#include <errno.h>
#include <stdlib.h>

#include "text.h"

enum { KEYS = 32 };

int entries_expected(const struct yaml_node *n, const char *what, char **ret_error)
{
	char *found = yaml_found(n);
	*ret_error = yaml_error(n, "expected %s, found %s", what, found);
	free(found);
	return -EINVAL;
}

static int read_number(const struct yaml_node *n, const struct entry *e, char **ret_error)
{
	double v;
	int r = yaml_number(n, &v, ret_error);
	if (r)
		return r;
	if (e->max > e->min && !(v >= e->min && v <= e->max)) {
		char *what = text_print("a number from %g to %g", e->min, e->max);
		r = entries_expected(n, what, ret_error);
		free(what);
		return r;
	}
	*(double *)e->to = v;
	return 0;
}

static int read_count(const struct yaml_node *n, const struct entry *e, char **ret_error)
{
	int64_t v;
	int r = yaml_integer(n, &v, ret_error);
	if (r)
		return r;
	if (v < 1 || v > 1000000)
		return entries_expected(n, "a whole number from 1 to 1000000", ret_error);
	*(uint64_t *)e->to = (uint64_t)v;
	return 0;
}

static bool parse_decimal(const struct yaml_node *n, struct str text, decimal *ret)
{
	return n->kind == YAML_SCALAR && decimal_parse(text, ret) == 0 && *ret >= 0;
}

static int read_share(const struct yaml_node *n, decimal *ret, char **ret_error)
{
	struct str text = n->text;
	bool percent = n->kind == YAML_SCALAR && text.len && text.data[text.len - 1] == '%';
	decimal v;
	text.len -= percent;
	if (!parse_decimal(n, text, &v) || v > (percent ? 100 : 1) * DECIMAL_ONE ||
		(percent && v % 100))
		return entries_expected(n, "a share from 0% to 100%", ret_error);
	*ret = percent ? v / 100 : v;
	return 0;
}

static int read_duration(const struct yaml_node *n, int64_t *ret, char **ret_error)
{
	int64_t v;
	int r = yaml_duration(n, &v, ret_error);
	if (r)
		return r;
	if (v <= 0)
		return entries_expected(n, "a duration above 0", ret_error);
	*ret = v;
	return 0;
}

static int read_one(const struct yaml_node *n, const struct entry *e, char **ret_error)
{
	switch (e->type) {
	case ENTRY_TEXT:
		return yaml_text(n, e->to, ret_error);
	case ENTRY_NUMBER:
		return read_number(n, e, ret_error);
	case ENTRY_COUNT:
		return read_count(n, e, ret_error);
	case ENTRY_SHARE:
		return read_share(n, e->to, ret_error);
	case ENTRY_DECIMAL:
		return parse_decimal(n, n->text, e->to)
			       ? 0
			       : entries_expected(n, "a number from 0 up", ret_error);
	case ENTRY_DURATION:
		return read_duration(n, e->to, ret_error);
	default:
		*(const struct yaml_node **)e->to = n;
		return 0;
	}
}

static int check_confidence(const struct yaml_node *map, char **ret_error)
{
	const struct yaml_node *n = yaml_get(map, "confidence");
	if (!n || (n->kind == YAML_SCALAR &&
			  (str_eq(n->text, STR("high")) || str_eq(n->text, STR("medium")) ||
				  str_eq(n->text, STR("low")))))
		return 0;
	return entries_expected(n, "high, medium or low", ret_error);
}

static int check_keys(const struct yaml_node *map, const struct entry *table, char **ret_error)
{
	const char *keys[KEYS] = { "source", "confidence", "note" };
	size_t count = 3;
	for (const struct entry *e = table; e->key; e++)
		keys[count++] = e->key;
	int r = yaml_check_map(map, keys, ret_error);
	return r ?: check_confidence(map, ret_error);
}

int entries_read(const struct yaml_node *map, const struct entry *table, char **ret_error)
{
	int r = check_keys(map, table, ret_error);
	for (const struct entry *e = table; !r && e->key; e++) {
		const struct yaml_node *n = yaml_get(map, e->key);
		if (n)
			r = read_one(n, e, ret_error);
		else if (e->required)
			r = yaml_required(map, e->key, &n, ret_error);
	}
	return r;
}
