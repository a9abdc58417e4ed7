/* Nodes read as what they should be. */
#include "yaml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "opt.h"
#include "text.h"

char *yaml_found(const struct yaml_node *n)
{
	if (n->kind == YAML_MAP)
		return text_print("a map");
	if (n->kind == YAML_LIST)
		return text_print("a list");
	if (n->text.len == 0 && n->style == YAML_PLAIN)
		return text_print("nothing");
	return text_print("\"%.60s\"", n->text.data);
}

static int expected(const struct yaml_node *n, const char *what, char **ret_error)
{
	char *found = yaml_found(n);
	*ret_error = yaml_error(n, "expected %s, found %s", what, found);
	free(found);
	return -EINVAL;
}

/* The key of an entry that is none of keys; *ret_meant is the one that was probably meant, or NULL. */
static const struct yaml_node *unknown_key(
	const struct yaml_node *map, const char *const *keys, const char **ret_meant)
{
	size_t count = 0;
	while (keys[count])
		count++;
	for (const struct yaml_node *n = map->first; n; n = n->next) {
		size_t i = 0;
		while (i < count && strcmp(keys[i], n->key->text.data) != 0)
			i++;
		if (i < count)
			continue;
		*ret_meant = opt_suggest(n->key->text.data, keys, count);
		return n;
	}
	return NULL;
}

int yaml_check_map(const struct yaml_node *n, const char *const *keys, char **ret_error)
{
	const char *meant;
	if (!n) {
		*ret_error = text_print("expected a map, found nothing");
		return -EINVAL;
	}
	if (n->kind != YAML_MAP)
		return expected(n, "a map", ret_error);
	const struct yaml_node *unknown = unknown_key(n, keys, &meant);
	if (!unknown)
		return 0;
	*ret_error = yaml_error(unknown->key,
		meant ? "unknown key \"%s\" (did you mean \"%s\"?)" : "unknown key \"%s\"",
		unknown->key->text.data, meant);
	return -EINVAL;
}

int yaml_check_list(const struct yaml_node *n, char **ret_error)
{
	return n->kind == YAML_LIST ? 0 : expected(n, "a list", ret_error);
}

int yaml_text(const struct yaml_node *n, const char **ret, char **ret_error)
{
	if (n->kind != YAML_SCALAR)
		return expected(n, "a text", ret_error);
	*ret = n->text.data;
	return 0;
}

static bool parse_number(
	const struct yaml_node *n, double *ret, bool *ret_integer, int64_t *ret_int)
{
	return n->kind == YAML_SCALAR && n->style == YAML_PLAIN && n->text.len > 0 &&
	       number_parse(n->text.data, n->text.len, ret, ret_integer, ret_int) == n->text.len;
}

int yaml_number(const struct yaml_node *n, double *ret, char **ret_error)
{
	double number;
	bool integral;
	int64_t integer;
	if (!parse_number(n, &number, &integral, &integer) || !isfinite(number))
		return expected(n, "a number", ret_error);
	*ret = number;
	return 0;
}

int yaml_integer(const struct yaml_node *n, int64_t *ret, char **ret_error)
{
	double number;
	bool integral;
	int64_t integer;
	if (!parse_number(n, &number, &integral, &integer) || !integral)
		return expected(n, "a whole number", ret_error);
	*ret = integer;
	return 0;
}

int yaml_bool(const struct yaml_node *n, bool *ret, char **ret_error)
{
	if (n->kind != YAML_SCALAR || n->style != YAML_PLAIN)
		return expected(n, "true or false", ret_error);
	bool yes = str_eq(n->text, STR("true")) || str_eq(n->text, STR("yes"));
	if (!yes && !str_eq(n->text, STR("false")) && !str_eq(n->text, STR("no")))
		return expected(n, "true or false", ret_error);
	*ret = yes;
	return 0;
}

int yaml_duration(const struct yaml_node *n, int64_t *ret_ns, char **ret_error)
{
	if (n->kind != YAML_SCALAR || opt_duration(n->text, ret_ns) < 0)
		return expected(n, "a duration (5s, 50ms, 2m, 1h)", ret_error);
	return 0;
}

int yaml_required(const struct yaml_node *map, const char *key, const struct yaml_node **ret,
	char **ret_error)
{
	const struct yaml_node *n = yaml_get(map, key);
	if (!n) {
		*ret_error = yaml_error(map, "\"%s\" is missing", key);
		return -EINVAL;
	}
	*ret = n;
	return 0;
}
