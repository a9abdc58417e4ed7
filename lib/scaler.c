#include "scaler.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocate.h"
#include "file.h"
#include "number.h"
#include "opt.h"
#include "pipeline/yaml.h"
#include "text.h"

/* The methods, and what their two numbers are called. */
static const struct {
	const char *name, *a, *b;
} methods[] = {
	[SCALER_STANDARD] = { "standard", "mean", "scale" },
	[SCALER_MIN_MAX] = { "min-max", "min", "max" },
	[SCALER_ROBUST] = { "robust", "center", "scale" },
};

const char *scaler_method_name(enum scaler_method m)
{
	return methods[m].name;
}

int scaler_method_parse(struct str name, enum scaler_method *ret)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (str_eq(name, str(methods[i].name))) {
			*ret = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* scikit-learn's rule for a distance that is nothing but rounding. */
static double nonzero(double distance)
{
	return distance < 10 * DBL_EPSILON ? 1 : distance;
}

int scaler_add(struct scaler *s, struct str name, double a, double b)
{
	struct scaler_field f = { .a = a, .b = b };

	if (!isfinite(a) || !isfinite(b) || (s->method == SCALER_MIN_MAX ? b < a : !(b > 0)))
		return -EINVAL;
	if (s->method == SCALER_MIN_MAX) {
		f.factor = 1 / nonzero(b - a);
		f.offset = 0 - a * f.factor;
	}
	f.name = or_abort(strndup(name.data, name.len));
	s->fields = reallocate(s->fields, s->count + 1, sizeof(f));
	s->fields[s->count++] = f;
	return 0;
}

int scaler_find(const struct scaler *s, struct str name)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(name, str(s->fields[i].name)))
			return (int)i;
	return -1;
}

int scaler_check(const struct scaler *s, const char *const *names, size_t count, const char *where,
	char **ret_error)
{
	const char *fields[s->count + 1], *meant;

	for (size_t i = 0; i < s->count; i++)
		fields[i] = s->fields[i].name;
	for (size_t i = 0; i < count; i++) {
		if (scaler_find(s, str(names[i])) >= 0)
			continue;
		meant = opt_suggest(names[i], fields, s->count);
		return meant ? text_refuse(ret_error, "%s has no field %s; did you mean %s?", where,
				       names[i], meant)
			     : text_refuse(ret_error, "%s has no numbers in a field %s", where,
				       names[i]);
	}
	return 0;
}

void scaler_free(struct scaler *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->fields[i].name);
	free(s->fields);
	*s = (struct scaler){ 0 };
}

/* Loading. */

static int load_number(const struct yaml_node *map, const char *key, double *ret, char **ret_error)
{
	const struct yaml_node *n;
	int r = yaml_required(map, key, &n, ret_error);

	return r < 0 ? r : yaml_number(n, ret, ret_error);
}

static int load_quantiles(const struct yaml_node *list, struct scaler_field *ret, char **ret_error)
{
	size_t count = 0;
	int r = yaml_check_list(list, ret_error);

	for (const struct yaml_node *n = list->first; n && r == 0; n = n->next, count++) {
		double v;
		r = yaml_number(n, &v, ret_error);
		if (r == 0 &&
			(count == SCALER_QUANTILES || (count && v < ret->quantiles[count - 1]))) {
			*ret_error = yaml_error(
				n, "expected %d numbers that do not fall", SCALER_QUANTILES);
			r = -EINVAL;
		}
		if (r == 0)
			ret->quantiles[count] = v;
	}
	if (r == 0 && count < SCALER_QUANTILES) {
		*ret_error =
			yaml_error(list, "expected %d numbers, found %zu", SCALER_QUANTILES, count);
		r = -EINVAL;
	}
	ret->has_quantiles = r == 0;
	return r;
}

static int load_field(struct scaler *s, const struct yaml_node *n, char **ret_error)
{
	const char *const keys[] = { methods[s->method].a, methods[s->method].b, "quantiles",
		NULL };
	const struct yaml_node *quantiles;
	double a, b;
	int r = yaml_check_map(n, keys, ret_error);

	if (r == 0)
		r = load_number(n, keys[0], &a, ret_error);
	if (r == 0)
		r = load_number(n, keys[1], &b, ret_error);
	if (r < 0)
		return r;
	r = scaler_add(s, n->key->text, a, b);
	if (r < 0)
		*ret_error = yaml_error(yaml_get(n, keys[1]), "expected %s",
			s->method == SCALER_MIN_MAX ? "a max not below min" : "a scale above 0");
	quantiles = yaml_get(n, keys[2]);
	if (r == 0 && quantiles)
		r = load_quantiles(quantiles, &s->fields[s->count - 1], ret_error);
	return r;
}

static int load_method(const struct yaml_node *root, enum scaler_method *ret, char **ret_error)
{
	const struct yaml_node *n;
	char *found;
	int r = yaml_required(root, "method", &n, ret_error);

	if (r < 0)
		return r;
	if (n->kind == YAML_SCALAR && scaler_method_parse(n->text, ret) == 0)
		return 0;
	found = yaml_found(n);
	*ret_error = yaml_error(n, "expected standard, min-max or robust, found %s", found);
	free(found);
	return -EINVAL;
}

static int load_tree(const struct yaml_node *root, struct scaler *s, char **ret_error)
{
	static const char *const keys[] = { "method", "fields", NULL };
	const struct yaml_node *fields;
	int r = yaml_check_map(root, keys, ret_error);

	if (r == 0)
		r = load_method(root, &s->method, ret_error);
	if (r == 0)
		r = yaml_required(root, "fields", &fields, ret_error);
	if (r < 0)
		return r;
	if (fields->kind != YAML_MAP) {
		*ret_error = yaml_error(fields, "expected a map of fields");
		return -EINVAL;
	}
	for (const struct yaml_node *n = fields->first; n && r == 0; n = n->next)
		r = load_field(s, n, ret_error);
	return r;
}

int scaler_load(const char *path, struct scaler *ret, char **ret_error)
{
	struct scaler s = { 0 };
	struct yaml *y;
	int r = yaml_open(path, &y, ret_error);

	if (r < 0)
		return r;
	if (yaml_root(y))
		r = load_tree(yaml_root(y), &s, ret_error);
	else
		r = text_refuse(ret_error, "%s: expected a map, found nothing", path);
	yaml_close(y);
	if (r < 0)
		scaler_free(&s);
	else
		*ret = s;
	return r;
}

/* Saving. */

static void add_text(struct buffer *b, const char *text)
{
	buffer_add_str(b, str(text));
}

static void add_number(struct buffer *b, double v)
{
	buffer_reserve(b, NUMBER_TEXT);
	b->len += number_format((char *)b->data + b->len, v, false);
}

static void add_entry(struct buffer *b, const char *key, double v)
{
	add_text(b, key);
	add_text(b, ": ");
	add_number(b, v);
}

static void add_quantiles(struct buffer *b, const struct scaler_field *f)
{
	add_text(b, ",\n    quantiles: [");
	for (int i = 0; i < SCALER_QUANTILES; i++) {
		add_text(b, i ? ", " : "");
		add_number(b, f->quantiles[i]);
	}
	add_text(b, "]");
}

/* A field's name as a YAML key: plain where it is a word, else in double quotes. */
static void add_key(struct buffer *b, const char *name)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	if (name[0] && name[strspn(name, plain)] == '\0') {
		add_text(b, name);
		return;
	}
	buffer_add_char(b, '"');
	for (; *name; name++) {
		char escaped[8];
		snprintf(escaped, sizeof(escaped), (unsigned char)*name < ' ' ? "\\x%02x" : "%c",
			*name);
		if (*name == '"' || *name == '\\')
			buffer_add_char(b, '\\');
		add_text(b, escaped);
	}
	buffer_add_char(b, '"');
}

int scaler_save(const struct scaler *s, const char *path)
{
	struct buffer b = { 0 };
	int r;

	add_text(&b, "method: ");
	add_text(&b, methods[s->method].name);
	add_text(&b, s->count ? "\nfields:\n" : "\nfields: {}\n");
	for (size_t i = 0; i < s->count; i++) {
		add_text(&b, "  ");
		add_key(&b, s->fields[i].name);
		add_text(&b, ": {");
		add_entry(&b, methods[s->method].a, s->fields[i].a);
		add_text(&b, ", ");
		add_entry(&b, methods[s->method].b, s->fields[i].b);
		if (s->fields[i].has_quantiles)
			add_quantiles(&b, &s->fields[i]);
		add_text(&b, "}\n");
	}
	r = file_replace(path, buffer_str(&b));
	buffer_free(&b);
	return r;
}
