#include "scan.h"

#include <stdlib.h>

#include "allocate.h"

struct scanner {
	struct str text;
	size_t at;
	struct scan *scan;
	struct str *bound; /* locals and parameters */
	size_t bound_count;
	bool (*is_known)(struct str word);
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char at(struct str text, size_t i)
{
	return i < text.len ? text.data[i] : 0;
}

static size_t word_length(struct str text, size_t from)
{
	size_t i = from;
	while (is_letter(at(text, i)) || (i > from && is_digit(at(text, i))))
		i++;
	return i - from;
}

size_t scan_field(struct str text)
{
	size_t end = word_length(text, 0), more = end;
	while (more && at(text, end) == '.' && (more = word_length(text, end + 1)))
		end += 1 + more;
	return end;
}

static struct str part(struct str text, size_t start, size_t len)
{
	return (struct str){ text.data + start, len };
}

static bool is_keyword(struct str word)
{
	static const char *const keywords[] = { "and", "break", "do", "else", "elseif", "end",
		"false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or",
		"repeat", "return", "then", "true", "until", "while" };
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (str_eq(word, str(keywords[i])))
			return true;
	return false;
}

/* The level of a long bracket that opens here: [[ is 0, [=[ 1; -1: none. */
static int long_bracket(struct str text, size_t i)
{
	size_t level = 0;
	if (at(text, i) != '[')
		return -1;
	while (at(text, i + 1 + level) == '=')
		level++;
	return at(text, i + 1 + level) == '[' ? (int)level : -1;
}

static size_t skip_long(struct str text, size_t i, int level)
{
	for (i += (size_t)level + 2; i < text.len; i++) {
		int n = 0;
		if (text.data[i] != ']')
			continue;
		while (at(text, i + 1 + (size_t)n) == '=')
			n++;
		if (n == level && at(text, i + 1 + (size_t)n) == ']')
			return i + (size_t)level + 2;
	}
	return i;
}

static size_t skip_quoted(struct str text, size_t i)
{
	char quote = text.data[i++];
	while (i < text.len && text.data[i] != quote)
		i += text.data[i] == '\\' ? 2 : 1;
	return i + 1;
}

static size_t skip_number(struct str text, size_t i)
{
	while (is_digit(at(text, i)) || is_letter(at(text, i)) || at(text, i) == '.')
		i++;
	return i;
}

/* Steps over what holds no names: texts, numbers, comments. False: there is none of it here. */
static bool skip_other(struct scanner *s)
{
	struct str text = s->text;
	size_t i = s->at;
	char c = text.data[i];
	if (c == '"' || c == '\'')
		s->at = skip_quoted(text, i);
	else if (is_digit(c))
		s->at = skip_number(text, i);
	else if (long_bracket(text, i) >= 0)
		s->at = skip_long(text, i, long_bracket(text, i));
	else if (c == '-' && at(text, i + 1) == '-' && long_bracket(text, i + 2) >= 0)
		s->at = skip_long(text, i + 2, long_bracket(text, i + 2));
	else if (c == '-' && at(text, i + 1) == '-')
		while (s->at < text.len && text.data[s->at] != '\n')
			s->at++;
	else
		return false;
	return true;
}

static size_t skip_spaces(struct str text, size_t i)
{
	while (i < text.len && strchr(" \t\r\n\v\f", text.data[i]))
		i++;
	return i;
}

/* The names behind function, local or for, up to what is none: they are not fields. */
static void bind_names(struct scanner *s)
{
	for (;;) {
		s->at = skip_spaces(s->text, s->at);
		size_t len = word_length(s->text, s->at);
		struct str name = part(s->text, s->at, len);
		if (len && !is_keyword(name)) {
			s->bound = reallocate(s->bound, s->bound_count + 1, sizeof(*s->bound));
			s->bound[s->bound_count++] = name;
		} else if (len || !strchr(",(", at(s->text, s->at)) || s->at >= s->text.len) {
			return;
		}
		s->at += len ? len : 1;
	}
}

static bool is_bound(const struct scanner *s, struct str word)
{
	for (size_t i = 0; i < s->bound_count; i++)
		if (str_eq(s->bound[i], word))
			return true;
	return false;
}

static void use(struct scanner *s, struct scan_use use)
{
	struct scan *scan = s->scan;
	scan->uses = reallocate(scan->uses, scan->count + 1, sizeof(*scan->uses));
	scan->uses[scan->count++] = use;
}

/* has("x") or has 'x': names a field that need not be there. */
static void take_has(struct scanner *s)
{
	size_t i = skip_spaces(s->text, s->at);
	if (at(s->text, i) == '(')
		i = skip_spaces(s->text, i + 1);
	if (at(s->text, i) != '"' && at(s->text, i) != '\'')
		return;
	size_t end = skip_quoted(s->text, i);
	if (end <= s->text.len)
		use(s, (struct scan_use){ .name = part(s->text, i + 1, end - i - 2),
			       .start = i,
			       .len = end - i,
			       .optional = true });
}

static bool is_key(const struct scanner *s, size_t behind)
{
	size_t i = skip_spaces(s->text, behind);
	return at(s->text, i) == '=' && at(s->text, i + 1) != '=';
}

static void take_field(struct scanner *s, size_t start, size_t len)
{
	static const size_t behind_prev = sizeof("prev.") - 1;
	struct scan_use field = { part(s->text, start, len), start, len, false, false };
	if (str_starts(field.name, STR("prev."))) {
		field.prev = true;
		field.name = part(s->text, start + behind_prev, len - behind_prev);
	}
	use(s, field);
}

static void take_word(struct scanner *s)
{
	size_t start = s->at, len = word_length(s->text, start);
	struct str word = part(s->text, start, len);
	size_t whole = scan_field(part(s->text, start, s->text.len - start));
	s->at = start + len;
	if (str_eq(word, STR("function")) || str_eq(word, STR("local")) ||
		str_eq(word, STR("for"))) {
		bind_names(s);
	} else if (str_eq(word, STR("has"))) {
		take_has(s);
	} else if (!is_keyword(word)) {
		s->at = start + whole;
		bool known = s->is_known(word) && (whole == len || !str_eq(word, STR("prev")));
		if (!known && !is_bound(s, word) && !is_key(s, s->at))
			take_field(s, start, whole);
	}
}

void scan_expression(struct scan *scan, struct str text, bool (*is_known)(struct str word))
{
	struct scanner s = { .text = text, .scan = scan, .is_known = is_known };
	char before = 0; /* what a member's name stands behind */
	while (s.at < text.len) {
		char c = text.data[s.at];
		bool member = (before == '.' || before == ':') && is_letter(c);
		if (member)
			s.at += word_length(text, s.at);
		else if (is_letter(c))
			take_word(&s);
		else if (!skip_other(&s))
			s.at++;
		bool concatenation = c == '.' && before == '.';
		before = concatenation ? 0 : strchr(" \t\r\n\v\f", c) ? before : c;
	}
	free(s.bound);
}
