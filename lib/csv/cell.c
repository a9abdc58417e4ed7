#include "cell.h"

#include <math.h>
#include <strings.h>

#include "number.h"

enum { NUMBER_MAX = 64 }; /* longer cells are no numbers */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct str trim(struct str s)
{
	while (s.len && (s.data[0] == ' ' || s.data[0] == '\t'))
		s = (struct str){ s.data + 1, s.len - 1 };
	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	if (s.len > 1 && s.data[0] == '+' && (is_digit(s.data[1]) || s.data[1] == '.'))
		s = (struct str){ s.data + 1, s.len - 1 };
	return s;
}

/* A dot in front of three digits and no fourth, behind one at least, groups thousands. */
static bool groups_thousands(struct str s, size_t dot)
{
	if (dot == 0 || !is_digit(s.data[dot - 1]) || s.len < dot + 4)
		return false;
	for (size_t i = dot + 1; i < dot + 4; i++)
		if (!is_digit(s.data[i]))
			return false;
	return s.len == dot + 4 || !is_digit(s.data[dot + 4]);
}

/* Writes "1.234,5" as "1234.5"; its length, 0 where it is no such number. */
static size_t with_point(struct str s, char *to)
{
	size_t n = 0;
	bool fraction = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		if (c == '.' && (fraction || !groups_thousands(s, i)))
			return 0;
		fraction = fraction || c == ',';
		if (c != '.')
			to[n++] = c == ',' ? '.' : c;
	}
	return n;
}

static bool all_digits(struct str s)
{
	for (size_t i = s.len && s.data[0] == '-'; i < s.len; i++)
		if (!is_digit(s.data[i]))
			return false;
	return true;
}

static bool read_number(struct str s, char decimal, struct cell *ret)
{
	char copy[NUMBER_MAX];
	bool integer;
	int64_t i;
	double d;
	s = trim(s);
	if (!s.len || s.len > NUMBER_MAX)
		return false;
	if (decimal == ',')
		s = (struct str){ copy, with_point(s, copy) };
	if (!s.len || number_parse(s.data, s.len, &d, &integer, &i) != s.len || !isfinite(d))
		return false;
	if (!integer && all_digits(s))
		return false;
	*ret = integer ? (struct cell){ .type = CELL_INTEGER, .i = i }
		       : (struct cell){ .type = CELL_FLOAT, .d = d };
	return true;
}

struct cell cell_read(struct str text, char decimal)
{
	struct cell c = { .type = CELL_TEXT };
	if (read_number(text, decimal, &c))
		return c;
	bool yes = text.len == 4 && strncasecmp(text.data, "true", 4) == 0;
	bool no = text.len == 5 && strncasecmp(text.data, "false", 5) == 0;
	return yes || no ? (struct cell){ .type = CELL_BOOL, .b = yes } : c;
}

enum cell_type cell_join(enum cell_type a, enum cell_type b)
{
	if (a == b || b == CELL_UNKNOWN)
		return a;
	if (a == CELL_UNKNOWN)
		return b;
	bool numbers =
		(a == CELL_INTEGER || a == CELL_FLOAT) && (b == CELL_INTEGER || b == CELL_FLOAT);
	return numbers ? CELL_FLOAT : CELL_TEXT;
}

bool cell_convert(struct cell *c, enum cell_type to)
{
	if (c->type == to || to == CELL_TEXT)
		c->type = to;
	else if (c->type == CELL_INTEGER && to == CELL_FLOAT)
		*c = (struct cell){ .type = to, .d = (double)c->i };
	else if (c->type == CELL_INTEGER && to == CELL_BOOL && (c->i == 0 || c->i == 1))
		*c = (struct cell){ .type = to, .b = c->i };
	else
		return false;
	return true;
}

enum cell_type cell_type_named(struct str name)
{
	static const struct {
		const char *name;
		enum cell_type type;
	} names[] = { { "integer", CELL_INTEGER }, { "int", CELL_INTEGER }, { "float", CELL_FLOAT },
		{ "bool", CELL_BOOL }, { "text", CELL_TEXT } };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_eq(name, str(names[i].name)))
			return names[i].type;
	return CELL_UNKNOWN;
}

const char *cell_expected(enum cell_type type)
{
	static const char *const words[] = {
		[CELL_UNKNOWN] = "no value",
		[CELL_BOOL] = "true or false",
		[CELL_INTEGER] = "an integer",
		[CELL_FLOAT] = "a number",
		[CELL_TEXT] = "text in UTF-8",
	};
	return words[type];
}

struct str cell_shown(struct str text)
{
	enum { SHOWN_MAX = 60 };
	return (struct str){ text.data, text.len < SHOWN_MAX ? text.len : SHOWN_MAX };
}
