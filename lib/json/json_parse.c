#include "json_parse.h"

#include <math.h>
#include <stdio.h>

#include "allocate.h"
#include "base64.h"
#include "json_text.h"
#include "number.h"

/* A key already seen in one of the line's objects, so that a second one is found at once. Objects
 * are numbered on from line to line: slots of former lines count as free. */
struct json_name {
	uint32_t object, hash;
	size_t at; /* the key in body, as MessagePack */
};

enum { NAMES_ROOM = 256 };

bool json_fail_at(struct json_parser *p, const char *at, const char *error)
{
	p->column = (size_t)(at - p->start) + 1;
	snprintf(p->error, sizeof(p->error), "%s", error);
	return false;
}

bool json_expected(struct json_parser *p, const char *what)
{
	p->column = (size_t)(p->at - p->start) + 1;
	unsigned char c = p->at < p->end ? (unsigned char)*p->at : 0;
	char *to = p->error;
	if (p->at == p->end)
		snprintf(to, sizeof(p->error), "expected %s, found the end of the line", what);
	else if (c > 0x20 && c < 0x7f)
		snprintf(to, sizeof(p->error), "expected %s, found '%c'", what, c);
	else
		snprintf(to, sizeof(p->error), "expected %s, found byte 0x%02x", what, c);
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits behind "\u". */
static bool read_hex(struct json_parser *p, uint32_t *ret)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++, p->at++) {
		int digit = p->at < p->end ? hex_digit(*p->at) : -1;
		if (digit < 0)
			return json_expected(p, "four hex digits behind \\u");
		v = v << 4 | (uint32_t)digit;
	}
	*ret = v;
	return true;
}

static void add_utf8(struct buffer *b, uint32_t c)
{
	uint8_t *to = buffer_reserve(b, 4);
	int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	to[0] = (uint8_t)(lead[more] | c >> (6 * more));
	for (int i = 1; i <= more; i++)
		to[i] = (uint8_t)(0x80 | (c >> (6 * (more - i)) & 0x3f));
	b->len += (size_t)more + 1;
}

/* Behind "\u": one code point, of two escapes where the first is a high surrogate. */
static bool read_code_point(struct json_parser *p, struct buffer *to)
{
	const char *escape = p->at - 2;
	uint32_t c, low;
	if (!read_hex(p, &c))
		return false;
	if (c >= 0xdc00 && c <= 0xdfff)
		return json_fail_at(p, escape, "a low surrogate without the high one before it");
	if (c >= 0xd800 && c <= 0xdbff) {
		if (p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
			return json_fail_at(
				p, escape, "a high surrogate without the low one behind it");
		p->at += 2;
		if (!read_hex(p, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return json_fail_at(
				p, escape, "a high surrogate without the low one behind it");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	add_utf8(to, c);
	return true;
}

static bool read_escape(struct json_parser *p, struct buffer *to)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	p->at++;
	if (p->at < p->end && *p->at == 'u') {
		p->at++;
		return read_code_point(p, to);
	}
	const char *found = p->at < p->end ? memchr(letters, *p->at, sizeof(letters) - 1) : NULL;
	if (!found)
		return json_expected(p, "one of \"\\/bfnrtu behind \\");
	buffer_add_char(to, meant[found - letters]);
	p->at++;
	return true;
}

/* The rest of a string with escapes or letters beyond ASCII; what came before is in to. */
static bool read_special(struct json_parser *p, struct buffer *to)
{
	for (;;) {
		size_t n = json_plain(p->at, (size_t)(p->end - p->at));
		buffer_add(to, p->at, n);
		p->at += n;
		if (p->at == p->end)
			return json_expected(p, "'\"' at the end of the text");
		unsigned char c = (unsigned char)*p->at;
		if (c == '"')
			return true;
		if (c < 0x20)
			return json_expected(p, "control characters in text as escapes");
		if (c == '\\') {
			if (!read_escape(p, to))
				return false;
			continue;
		}
		n = json_utf8(p->at, (size_t)(p->end - p->at));
		if (!n)
			return json_expected(p, "text in UTF-8");
		buffer_add(to, p->at, n);
		p->at += n;
	}
}

/* A string, borrowed from the line where it holds no escapes, else from room. */
static inline bool read_text(struct json_parser *p, struct buffer *room, struct str *ret)
{
	const char *text = p->at + 1;
	size_t n = json_plain(text, (size_t)(p->end - text));
	p->at = text + n;
	*ret = (struct str){ text, n };
	if (p->at == p->end || *p->at != '"') {
		room->len = 0;
		buffer_add(room, text, n);
		if (!read_special(p, room))
			return false;
		*ret = buffer_str(room);
	}
	p->at++;
	return true;
}

bool json_parse_text(struct json_parser *p, struct buffer *room, const char *what, struct str *ret)
{
	json_skip_space(p);
	if (p->at == p->end || *p->at != '"')
		return json_expected(p, what);
	return read_text(p, room, ret);
}

static uint32_t hash_name(struct str name, uint32_t object)
{
	uint64_t h = name.len ^ (uint64_t)object << 32, part;
	size_t i = 0;
	for (; name.len - i >= 8; i += 8) {
		memcpy(&part, name.data + i, 8);
		h = (h ^ part) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	part = 0;
	for (; i < name.len; i++)
		part = part << 8 | (unsigned char)name.data[i];
	h = (h ^ part) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

static struct json_name *free_slot(struct json_parser *p, uint32_t hash)
{
	uint32_t mask = p->names_room - 1, i = hash & mask;
	while (p->names[i].object >= p->first_object)
		i = (i + 1) & mask;
	return &p->names[i];
}

static void grow_names(struct json_parser *p)
{
	struct json_name *old = p->names;
	uint32_t room = p->names_room;
	p->names_room = room ? 2 * room : NAMES_ROOM;
	p->names = allocate(p->names_room, sizeof(*p->names));
	for (uint32_t i = 0; i < room; i++)
		if (old[i].object >= p->first_object)
			*free_slot(p, old[i].hash) = old[i];
	free(old);
}

bool json_is_key(const struct json_parser *p, size_t at, struct str name)
{
	struct cursor c = { p->body.data + at, p->body.data + p->body.len };
	struct str found;
	return wire_next_str(&c, &found) == 1 && str_eq(found, name);
}

/* Notes a key of an object that is about to go to the body; false where the object has it already.
 */
static bool note_name(struct json_parser *p, uint32_t object, struct str name)
{
	if (2 * p->names_count >= p->names_room)
		grow_names(p);
	uint32_t hash = hash_name(name, object), mask = p->names_room - 1, i = hash & mask;
	for (; p->names[i].object >= p->first_object; i = (i + 1) & mask)
		if (p->names[i].hash == hash && p->names[i].object == object &&
			json_is_key(p, p->names[i].at, name))
			return false;
	p->names[i] = (struct json_name){ object, hash, p->body.len };
	p->names_count++;
	return true;
}

/* One key with its colon, into the body. */
bool json_parse_key(struct json_parser *p, uint32_t object)
{
	struct str key;
	json_skip_space(p);
	const char *at = p->at;
	if (!json_parse_text(p, &p->text, "a key in '\"'", &key))
		return false;
	if (!note_name(p, object, key))
		return json_fail_at(p, at, "this key stands twice in one object");
	wire_str(&p->body, key);
	return json_take(p, ':') || json_expected(p, "':' behind a key");
}

/* Entries of an object whose '{' was taken, into the body. */
bool json_parse_entries(struct json_parser *p, int depth, uint32_t *ret_count)
{
	uint32_t object = p->object++, n = 0;
	if (json_take(p, '}')) {
		*ret_count = 0;
		return true;
	}
	do {
		if (!json_parse_key(p, object) || !json_parse_value(p, depth))
			return false;
		n++;
	} while (json_take(p, ','));
	*ret_count = n;
	return json_take(p, '}') || json_expected(p, "',' or '}' behind a value");
}

/* The header of a container whose entries begin one byte behind at. */
static void close_container(struct buffer *b, size_t at, uint32_t n, uint8_t small, uint8_t large)
{
	if (n < 16) {
		b->data[at] = (uint8_t)(small | n);
		return;
	}
	buffer_reserve(b, 4);
	memmove(b->data + at + 5, b->data + at + 1, b->len - at - 1);
	b->len += 4;
	b->data[at] = large;
	wire_store32(b->data + at + 1, n);
}

static bool read_array(struct json_parser *p, int depth)
{
	size_t at = p->body.len;
	uint32_t n = 0;
	wire_tag(&p->body, 0);
	if (!json_take(p, ']')) {
		do {
			if (!json_parse_value(p, depth))
				return false;
			n++;
		} while (json_take(p, ','));
		if (!json_take(p, ']'))
			return json_expected(p, "',' or ']' behind a value");
	}
	close_container(&p->body, at, n, 0x90, 0xdd);
	return true;
}

static bool read_base64(struct json_parser *p)
{
	struct str text;
	json_skip_space(p);
	const char *at = p->at;
	if (!json_parse_text(p, &p->text, "base64 in '\"'", &text))
		return false;
	if (base64_decode(&p->body, text))
		return json_fail_at(p, at, "expected base64");
	return true;
}

/* Behind {"$bin": */
static bool read_bin(struct json_parser *p)
{
	struct buffer *body = &p->body;
	size_t at = body->len;
	wire_bin(body, STR(""));
	if (!read_base64(p))
		return false;
	wire_store32(body->data + at + 1, (uint32_t)(body->len - at - 5));
	return json_take(p, '}') || json_expected(p, "'}' behind the base64 of $bin");
}

/* Behind {"$ext": */
static bool read_ext(struct json_parser *p)
{
	struct buffer *body = &p->body;
	size_t at = body->len;
	double number;
	int64_t type = 0;
	bool integer = false;
	if (!json_take(p, '['))
		return json_expected(p, "[type,\"base64\"] behind $ext");
	json_skip_space(p);
	size_t n = number_parse(p->at, (size_t)(p->end - p->at), &number, &integer, &type);
	if (!n || !integer || type < INT8_MIN || type > INT8_MAX)
		return json_expected(p, "a type from -128 to 127");
	p->at += n;
	if (!json_take(p, ','))
		return json_expected(p, "',' behind the type");
	wire_tag(body, 0xc9);
	buffer_add(body, "\0\0\0", 4); /* the length, when it is known */
	buffer_add_char(body, (char)type);
	if (!read_base64(p))
		return false;
	wire_store32(body->data + at + 1, (uint32_t)(body->len - at - 6));
	return (json_take(p, ']') && json_take(p, '}')) ||
	       json_expected(p, "\"]}\" behind the base64 of $ext");
}

/* Takes a key of the form's own, with its colon, where it is next. */
static bool take_marker(struct json_parser *p, const char *quoted, size_t len)
{
	const char *before = p->at;
	json_skip_space(p);
	if ((size_t)(p->end - p->at) >= len && memcmp(p->at, quoted, len) == 0) {
		p->at += len;
		if (json_take(p, ':'))
			return true;
	}
	p->at = before;
	return false;
}

static bool read_map(struct json_parser *p, int depth)
{
	size_t at = p->body.len;
	uint32_t n;
	wire_tag(&p->body, 0);
	if (!json_parse_entries(p, depth, &n))
		return false;
	close_container(&p->body, at, n, 0x80, 0xdf);
	return true;
}

static bool read_container(struct json_parser *p, int depth)
{
	const char *at = p->at++;
	if (*at == '{' && take_marker(p, "\"$bin\"", 6))
		return read_bin(p);
	if (*at == '{' && take_marker(p, "\"$ext\"", 6))
		return read_ext(p);
	if (depth == JSON_DEPTH)
		return json_fail_at(p, at, "nested too deeply");
	if (!p->nested)
		p->nested = at;
	return *at == '{' ? read_map(p, depth + 1) : read_array(p, depth + 1);
}

/* An integer that int64_t does not hold may be an unsigned one. */
static bool read_unsigned(struct json_parser *p, const char *number, size_t len)
{
	uint64_t v = 0;
	for (size_t i = 0; i < len; i++) {
		if (number[i] < '0' || number[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(number[i] - '0'), &v))
			return json_fail_at(p, number,
				"an integer that 64 bits do not hold (a point makes it a float)");
	}
	wire_uint(&p->body, v);
	return true;
}

static bool is_integer(const char *number, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (number[i] == '.' || (number[i] | 0x20) == 'e')
			return false;
	return true;
}

/* JSON is stricter than number_parse: digits before a point, and none behind a leading zero. */
bool json_parse_number(struct json_parser *p, double *ret, bool *ret_integer, int64_t *ret_int)
{
	const char *at = p->at;
	const char *digits = at + (*at == '-');
	size_t n = 0;
	if (digits < p->end && *digits >= '0' && *digits <= '9')
		n = number_parse(at, (size_t)(p->end - at), ret, ret_integer, ret_int);
	p->at = n ? at + n : digits;
	if (!n)
		return json_expected(p, "a digit");
	if (*digits == '0' && digits + 1 < p->at && digits[1] >= '0' && digits[1] <= '9')
		return json_fail_at(p, at, "expected a number without leading zeros");
	if (p->at < p->end && (*p->at == '.' || (*p->at | 0x20) == 'e')) {
		p->at++;
		return json_expected(p, "a digit behind the point or exponent");
	}
	return true;
}

static bool read_number(struct json_parser *p)
{
	const char *at = p->at;
	double v = 0;
	bool integer = false;
	int64_t i = 0;
	if (!json_parse_number(p, &v, &integer, &i))
		return false;
	size_t n = (size_t)(p->at - at);
	if (integer)
		wire_int(&p->body, i);
	else if (fabs(v) >= 0x1p63 && is_integer(at, n))
		return read_unsigned(p, at, n);
	else if (isinf(v))
		return json_fail_at(p, at, "a number too large for a float 64");
	else
		wire_double(&p->body, v);
	return true;
}

static bool take_word(struct json_parser *p, const char *word, size_t len)
{
	if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0)
		return false;
	p->at += len;
	return true;
}

static bool read_word(struct json_parser *p)
{
	if (take_word(p, "null", 4))
		wire_nil(&p->body);
	else if (take_word(p, "true", 4))
		wire_bool(&p->body, true);
	else if (take_word(p, "false", 5))
		wire_bool(&p->body, false);
	else
		return json_expected(p, "a value");
	return true;
}

bool json_parse_value(struct json_parser *p, int depth)
{
	struct str text;
	json_skip_space(p);
	char c = p->at < p->end ? *p->at : 0;
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(p);
	if (c == '{' || c == '[')
		return read_container(p, depth);
	if (c != '"')
		return read_word(p);
	if (!read_text(p, &p->text, &text))
		return false;
	wire_str(&p->body, text);
	return true;
}

void json_parse_begin(struct json_parser *p, const char *line, size_t len)
{
	p->start = p->at = line;
	p->end = line + len;
	p->nested = NULL;
	p->body.len = 0;
	p->names_count = 0;
	if (p->object > UINT32_MAX / 2 || p->object == 0) {
		if (p->names)
			memset(p->names, 0, p->names_room * sizeof(*p->names));
		p->object = 1;
	}
	p->first_object = p->object;
}

void json_parse_free(struct json_parser *p)
{
	buffer_free(&p->body);
	buffer_free(&p->text);
	free(p->names);
	*p = (struct json_parser){ 0 };
}
