#include "opt_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "allocate.h"
#include "fnv.h"
#include "text.h"

/* Which options were given, by the place they write to. */
enum { GIVEN_MAX = 128 };
static const void *given[GIVEN_MAX];
static size_t given_count;

bool opt_given(const void *to)
{
	for (size_t i = 0; i < given_count; i++)
		if (given[i] == to)
			return true;
	return false;
}

static void mark_given(const void *to)
{
	if (!opt_given(to) && given_count < GIVEN_MAX)
		given[given_count++] = to;
}

static void list_add(struct opt_list *list, const char *word)
{
	list->words = reallocate(list->words, list->count + 1, sizeof(*list->words));
	list->words[list->count++] = word;
}

static int parse_list(char *text, struct opt_list *list)
{
	char *rest, *copy = strdup(text);
	if (!copy)
		abort();
	for (char *word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
		list_add(list, word);
	return list->count ? 0 : -EINVAL;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);
	for (const char *c = choices; c; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL)
		if (len && strncmp(c, value, len) == 0 && (c[len] == '|' || c[len] == 0))
			return true;
	return false;
}

static const char *expected_form(const struct opt *o)
{
	static const char *const forms[] = {
		[OPT_CHOICE] = "",
		[OPT_INTEGER] = "an integer (5, 10k, 3M)",
		[OPT_SIZE] = "a size (512, 64k, 16M)",
		[OPT_NUMBER] = "a number (0.5, 2%)",
		[OPT_DURATION] = "a duration (5s, 50ms, 2m, 1h, 30d)",
		[OPT_TIME] = "a time (2026-01-01T00:00:00Z, -24h)",
		[OPT_LIST] = "a list of words between commas",
	};
	return forms[o->type];
}

static int64_t wall(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int store_number(const struct opt *o, char *value, double *ret_compare)
{
	struct str text = str(value);
	int r = -EINVAL;
	*ret_compare = 0;
	switch (o->type) {
	case OPT_INTEGER:
		r = opt_integer(text, o->to);
		*ret_compare = (double)*(int64_t *)o->to;
		break;
	case OPT_SIZE:
		r = opt_size(text, o->to);
		*ret_compare = (double)*(int64_t *)o->to;
		break;
	case OPT_NUMBER:
		r = opt_number(text, o->to);
		*ret_compare = *(double *)o->to;
		break;
	case OPT_DURATION:
		r = opt_duration(text, o->to);
		*ret_compare = (double)*(int64_t *)o->to / 1e9;
		break;
	default:
		break;
	}
	return r;
}

static int store_text(const struct opt *o, char *value)
{
	if (o->repeat)
		list_add(o->to, value);
	else
		*(const char **)o->to = value;
	return 0;
}

static const char *dashes(const struct opt *o)
{
	return o->positional ? "" : "--";
}

static int store(const struct opt *o, char *value, char **ret_error)
{
	double compare = 0;
	int r = 0;
	bool first = !opt_given(o->to);
	if (o->repeat && first)
		*(struct opt_list *)o->to = (struct opt_list){ 0 };
	mark_given(o->to);
	switch (o->type) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return 0;
	case OPT_FILE:
		if (access(value, R_OK) && strcmp(value, "-") != 0)
			return text_refuse(ret_error, "%s%s: %s: %s", dashes(o), o->name, value,
				strerror(errno));
		return store_text(o, value);
	case OPT_CHOICE:
		if (!is_choice(o->choices, value))
			return text_refuse(ret_error, "%s%s: %s is not one of %s", dashes(o),
				o->name, value, o->choices);
		return store_text(o, value);
	case OPT_TEXT:
	case OPT_OUTPUT:
	case OPT_KEEP:
		return store_text(o, value);
	case OPT_LIST:
		if (first)
			*(struct opt_list *)o->to = (struct opt_list){ 0 };
		r = parse_list(value, o->to);
		break;
	case OPT_TIME:
		r = opt_time(str(value), wall(), o->to);
		break;
	default:
		r = store_number(o, value, &compare);
	}
	if (r)
		return text_refuse(ret_error, "%s%s: %s is not %s", dashes(o), o->name, value,
			expected_form(o));
	if (o->max > o->min && (compare < o->min || compare > o->max))
		return text_refuse(ret_error, "%s%s: %s is not from %g to %g", dashes(o), o->name,
			value, o->min, o->max);
	return 0;
}

static const struct opt *lookup(const struct opt *const tables[], const char *name, size_t len)
{
	for (; *tables; tables++)
		for (const struct opt *o = *tables; o->name; o++)
			if (!o->positional && strncmp(o->name, name, len) == 0 && !o->name[len])
				return o;
	return NULL;
}

static int unknown(const struct opt *const tables[], const char *name, char **ret_error)
{
	const char *names[GIVEN_MAX];
	size_t n = 0;
	for (; *tables; tables++)
		for (const struct opt *o = *tables; o->name && n < GIVEN_MAX; o++)
			if (!o->positional)
				names[n++] = o->name;
	const char *near = opt_suggest(name, names, n);
	if (near)
		return text_refuse(
			ret_error, "unknown option --%s (did you mean --%s?)", name, near);
	return text_refuse(ret_error, "unknown option --%s (--help lists them)", name);
}

static int parse_named(
	const struct opt *const tables[], int *i, int argc, char **argv, char **ret_error)
{
	char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct opt *o = lookup(tables, name, len);
	if (!o)
		return unknown(tables, strndupa(name, len), ret_error);
	if (o->type == OPT_FLAG && equals)
		return text_refuse(ret_error, "--%s takes no value", o->name);
	if (o->type == OPT_FLAG)
		return store(o, NULL, ret_error);
	if (!equals && *i + 1 >= argc)
		return text_refuse(
			ret_error, "--%s needs a value: %s", o->name, o->arg ? o->arg : "VALUE");
	if (!o->repeat && opt_given(o->to) && o->type != OPT_LIST)
		return text_refuse(ret_error, "--%s is given twice", o->name);
	return store(o, equals ? equals + 1 : argv[++*i], ret_error);
}

static const struct opt *next_positional(const struct opt *const tables[])
{
	for (; *tables; tables++)
		for (const struct opt *o = *tables; o->name; o++)
			if (o->positional && (o->repeat || !opt_given(o->to)))
				return o;
	return NULL;
}

int opt_parse(const struct opt *const tables[], int argc, char **argv, char **ret_error)
{
	bool options = true;
	for (int i = 1; i < argc; i++) {
		int r;
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			continue;
		}
		if (options && strncmp(argv[i], "--", 2) == 0) {
			r = parse_named(tables, &i, argc, argv, ret_error);
		} else if (options && argv[i][0] == '-' && argv[i][1]) {
			return text_refuse(ret_error,
				"unknown option %s (options have two dashes; --help lists them)",
				argv[i]);
		} else {
			const struct opt *o = next_positional(tables);
			if (!o)
				return text_refuse(ret_error,
					"unexpected argument \"%s\" (--help lists what is)",
					argv[i]);
			r = store(o, argv[i], ret_error);
		}
		if (r)
			return r;
	}
	return 0;
}

const struct opt *opt_missing(const struct opt *const tables[])
{
	for (; *tables; tables++)
		for (const struct opt *o = *tables; o->name; o++)
			if (o->required && !opt_given(o->to))
				return o;
	return NULL;
}

static uint64_t mix_words(uint64_t hash, const struct opt_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		hash = fnv_add(hash, list->words[i], strlen(list->words[i]) + 1);
	return hash;
}

static uint64_t mix_value(uint64_t hash, const struct opt *o)
{
	if (o->repeat || o->type == OPT_LIST)
		return mix_words(hash, o->to);
	if (o->type == OPT_FLAG)
		return fnv_add(hash, o->to, sizeof(bool));
	if (opt_is_text(o->type))
		return fnv_add(hash, *(const char **)o->to, strlen(*(const char **)o->to) + 1);
	return fnv_add(hash, o->to, 8);
}

bool opt_has(const struct opt_list *list, struct str word)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(str(list->words[i]), word))
			return true;
	return false;
}

uint64_t opt_hash(const struct opt *const tables[])
{
	uint64_t hash = FNV_START;
	for (; *tables; tables++)
		for (const struct opt *o = *tables; o->name; o++)
			if (!o->incidental && opt_given(o->to))
				hash = mix_value(fnv_add(hash, o->name, strlen(o->name) + 1), o);
	return hash;
}
