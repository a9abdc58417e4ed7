#include "opt.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fnv.h"
#include "text.h"
#include "timestamp.h"

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

/* Reads the decimal number in front of a unit; the unit is what is left. */
static int number_and_unit(struct str text, double *ret, struct str *ret_unit)
{
	char copy[64];
	char *end;
	size_t digits = text.len && text.data[0] == '-';
	if (text.len <= digits || text.len >= sizeof(copy) ||
		!strchr("0123456789.", text.data[digits]))
		return -EINVAL;
	memcpy(copy, text.data, text.len);
	copy[text.len] = 0;
	if (copy[digits + 1] == 'x' || copy[digits + 1] == 'X')
		return -EINVAL;
	*ret = strtod(copy, &end);
	size_t used = (size_t)(end - copy);
	*ret_unit = (struct str){ text.data + used, text.len - used };
	return used && isfinite(*ret) ? 0 : -EINVAL;
}

struct unit {
	const char *name;
	double factor;
};

static int scaled(struct str text, const struct unit *units, size_t n, double *ret)
{
	struct str rest;
	double v;
	if (number_and_unit(text, &v, &rest))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (str_eq(rest, str(units[i].name))) {
			*ret = v * units[i].factor;
			return 0;
		}
	return -EINVAL;
}

#define SCALED(text, units, ret) scaled(text, units, sizeof(units) / sizeof(*(units)), ret)

int opt_duration(struct str text, int64_t *ret_ns)
{
	static const struct unit units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 },
		{ "s", 1e9 }, { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 }, { "d", 86400e9 },
		{ "w", 7 * 86400e9 } };
	double ns;
	if (str_eq(text, STR("0"))) {
		*ret_ns = 0;
		return 0;
	}
	if (SCALED(text, units, &ns) || ns < -9e18 || ns > 9e18)
		return -EINVAL;
	*ret_ns = (int64_t)(ns < 0 ? ns - 0.5 : ns + 0.5);
	return 0;
}

static int parse_time(struct str text, int64_t now, int64_t *ret_ns)
{
	int64_t offset;
	if (text.len && text.data[0] == '-' && opt_duration(text, &offset) == 0) {
		*ret_ns = now + offset;
		return 0;
	}
	return timestamp_parse(text, ret_ns);
}

static int parse_integer(struct str text, int64_t *ret)
{
	static const struct unit units[] = { { "", 1 }, { "k", 1e3 }, { "M", 1e6 }, { "G", 1e9 } };
	double v;
	char *end;
	errno = 0;
	if (text.len && text.len < 20) {
		*ret = strtoll(text.data, &end, 10);
		if (end == text.data + text.len && !errno && text.data[0] != ' ')
			return 0;
	}
	if (SCALED(text, units, &v) || v != (double)(int64_t)v)
		return -EINVAL;
	*ret = (int64_t)v;
	return 0;
}

int opt_size(struct str text, int64_t *ret_bytes)
{
	static const struct unit units[] = { { "", 1 }, { "k", 1024 }, { "K", 1024 },
		{ "M", 1 << 20 }, { "G", 1 << 30 }, { "T", 1024.0 * (1 << 30) } };
	double v;
	if (SCALED(text, units, &v) || v < 0 || v > 9e18)
		return -EINVAL;
	*ret_bytes = (int64_t)v;
	return 0;
}

static int parse_number(struct str text, double *ret)
{
	static const struct unit units[] = { { "", 1 }, { "%", 0.01 }, { "k", 1e3 }, { "M", 1e6 } };
	return SCALED(text, units, ret);
}

static void list_add(struct opt_list *list, const char *word)
{
	list->words = realloc(list->words, (list->count + 1) * sizeof(*list->words));
	if (!list->words)
		abort();
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
		r = parse_integer(text, o->to);
		*ret_compare = (double)*(int64_t *)o->to;
		break;
	case OPT_SIZE:
		r = opt_size(text, o->to);
		*ret_compare = (double)*(int64_t *)o->to;
		break;
	case OPT_NUMBER:
		r = parse_number(text, o->to);
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
		r = parse_time(str(value), wall(), o->to);
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

static unsigned distance(const char *a, const char *b)
{
	size_t n = strlen(b);
	unsigned row[64];
	if (n >= 64 || strlen(a) >= 64)
		return 64;
	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned change = diagonal + (a[i - 1] != b[j - 1]);
			unsigned gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = change < gap ? change : gap;
		}
	}
	return row[n];
}

const char *opt_suggest(const char *word, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t len = strlen(word);
	unsigned least = len < 4 ? 2 : 3;
	for (size_t i = 0; i < n; i++) {
		unsigned d = distance(word, names[i]);
		if (len >= 3 && strncmp(word, names[i], len) == 0)
			d = 1;
		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
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

static bool is_text(enum opt_type type)
{
	return type == OPT_TEXT || type == OPT_CHOICE || type == OPT_FILE || type == OPT_OUTPUT ||
	       type == OPT_KEEP;
}

static const char *type_name(enum opt_type type)
{
	static const char *const names[] = {
		[OPT_FLAG] = "flag",
		[OPT_TEXT] = "text",
		[OPT_FILE] = "file",
		[OPT_OUTPUT] = "output",
		[OPT_KEEP] = "keep",
		[OPT_CHOICE] = "choice",
		[OPT_INTEGER] = "integer",
		[OPT_SIZE] = "size",
		[OPT_NUMBER] = "number",
		[OPT_DURATION] = "duration",
		[OPT_TIME] = "time",
		[OPT_LIST] = "list",
	};
	return names[type];
}

static void format_duration(char *to, size_t size, int64_t ns)
{
	static const struct {
		int64_t ns;
		const char *unit;
	} units[] = { { INT64_C(86400000000000), "d" }, { INT64_C(3600000000000), "h" },
		{ INT64_C(60000000000), "m" }, { 1000000000, "s" }, { 1000000, "ms" },
		{ 1000, "us" }, { 1, "ns" } };
	size_t i = 0;
	while (i < 6 && ns % units[i].ns)
		i++;
	snprintf(to, size, "%" PRId64 "%s", ns / units[i].ns, units[i].unit);
}

/* The default as text; empty where there is none worth telling. Only before parsing, or where not
 * given. */
static void format_default(const struct opt *o, char *to, size_t size)
{
	to[0] = 0;
	if (o->repeat || o->required || !o->to || opt_given(o->to))
		return;
	int64_t i = o->type == OPT_INTEGER || o->type == OPT_SIZE || o->type == OPT_DURATION
			    ? *(int64_t *)o->to
			    : 0;
	if (o->type == OPT_DURATION && i)
		format_duration(to, size, i);
	else if ((o->type == OPT_INTEGER || o->type == OPT_SIZE) && i)
		snprintf(to, size, "%" PRId64, i);
	else if (o->type == OPT_NUMBER && *(double *)o->to)
		snprintf(to, size, "%g", *(double *)o->to);
	else if (is_text(o->type) && *(const char **)o->to)
		snprintf(to, size, "%s", *(const char **)o->to);
}

static int head_text(const struct opt *o, char *to, size_t size)
{
	const char *arg = o->arg ? o->arg : o->type == OPT_CHOICE ? o->choices : "VALUE";
	if (o->positional)
		return snprintf(to, size, "%s%s", o->name, o->repeat ? "..." : "");
	if (o->type == OPT_FLAG)
		return snprintf(to, size, "--%s", o->name);
	return snprintf(to, size, "--%s %s", o->name, arg);
}

enum { HELP_WIDTH = 96, HELP_INDENT = 30 };

void opt_wrap(const char *text, int indent, int column, FILE *to)
{
	while (*text) {
		int word = (int)strcspn(text, " \n");
		if (column > indent && column + 1 + word > HELP_WIDTH)
			column = fprintf(to, "\n%*s", indent, "") - 1;
		else if (column > indent)
			column += fprintf(to, " ");
		column += fprintf(to, "%.*s", word, text);
		text += word;
		if (*text == '\n')
			column = fprintf(to, "\n%*s", indent, "") - 1;
		if (*text)
			text++;
	}
	fputc('\n', to);
}

static void print_option(const struct opt *o, FILE *to)
{
	char head[128], value[256];
	int column = 2 + head_text(o, head, sizeof(head));
	format_default(o, value, sizeof(value));
	char *help = text_print("%s%s%s%s%s%s%s%s", o->help, o->choices && o->arg ? ": " : "",
		o->choices && o->arg ? o->choices : "", value[0] ? " [" : "", value,
		value[0] ? "]" : "", o->required ? " (required)" : "",
		o->repeat && !o->positional ? " (repeats)" : "");
	fprintf(to, "  %s", head);
	if (column + 2 > HELP_INDENT)
		fprintf(to, "\n%*s", HELP_INDENT, "");
	else
		fprintf(to, "%*s", HELP_INDENT - column, "");
	opt_wrap(help, HELP_INDENT, HELP_INDENT, to);
	free(help);
}

void opt_help(const struct opt *table, FILE *to)
{
	for (const struct opt *o = table; o->name; o++)
		print_option(o, to);
}

void opt_json(const char *text, FILE *to)
{
	fputc('"', to);
	for (const char *c = text; *c; c++)
		if (*c == '"' || *c == '\\')
			fprintf(to, "\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			fprintf(to, "\\u%04x", *c);
		else
			fputc(*c, to);
	fputc('"', to);
}

static void print_member(FILE *to, const char *key, const char *value)
{
	fprintf(to, ",\"%s\":", key);
	opt_json(value, to);
}

void opt_describe(const struct opt *table, FILE *to, bool first)
{
	for (const struct opt *o = table; o->name; o++) {
		char value[256];
		format_default(o, value, sizeof(value));
		fputs(first ? "{\"name\":" : ",{\"name\":", to);
		opt_json(o->name, to);
		print_member(to, "type", type_name(o->type));
		if (o->arg)
			print_member(to, "arg", o->arg);
		print_member(to, "help", o->help ? o->help : "");
		if (value[0])
			print_member(to, "default", value);
		if (o->choices)
			print_member(to, "choices", o->choices);
		fprintf(to, ",\"required\":%s,\"repeat\":%s,\"positional\":%s}",
			o->required ? "true" : "false", o->repeat ? "true" : "false",
			o->positional ? "true" : "false");
		first = false;
	}
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
	if (is_text(o->type))
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
