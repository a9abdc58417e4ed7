/* One line of JSON (RFC 8259) into MessagePack: what json_read is made of. Values and keys are
 * appended to body. Every parsing function returns false, with column and error set, where it does
 * not find what it reads. Text must be UTF-8, a key stands once in an object, integers fit 64 bits.
 */
#ifndef DUTO_JSON_PARSE_H
#define DUTO_JSON_PARSE_H

#include <stdbool.h>

#include "buffer.h"
#include "wire.h"

/* Nested maps and arrays in a value: with a sample and its values, one less than wire_skip bounds.
 */
enum { JSON_DEPTH = WIRE_DEPTH - 3 };

struct json_name;

/* Zero it first and use it again: it keeps its room. */
struct json_parser {
	const char *at, *end, *start;
	const char *nested; /* the first value that is a map or array, or NULL */
	struct buffer body, text;
	struct json_name *names;
	uint32_t names_room, names_count, object, first_object;
	size_t column; /* of the error: bytes from 1 */
	char error[160];
};

void json_parse_begin(struct json_parser *p, const char *line, size_t len);
void json_parse_free(struct json_parser *p);

static inline void json_skip_space(struct json_parser *p)
{
	const char *at = p->at;
	while (at < p->end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	p->at = at;
}

/* Takes c, where it is next behind white space. */
static inline bool json_take(struct json_parser *p, char c)
{
	json_skip_space(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

/* A string behind white space: borrowed from the line where it holds no escapes, else from room.
 * what names it in the error. */
bool json_parse_text(struct json_parser *p, struct buffer *room, const char *what, struct str *ret);

/* A key of the object of that number (p->object++ at its '{'), with its colon, into the body. */
bool json_parse_key(struct json_parser *p, uint32_t object);

/* Whether the key that starts in the body at at is name. */
bool json_is_key(const struct json_parser *p, size_t at, struct str name);

/* Any value into the body; depth containers are around it. */
bool json_parse_value(struct json_parser *p, int depth);

/* The entries of an object whose '{' was taken, with its '}', into the body. */
bool json_parse_entries(struct json_parser *p, int depth, uint32_t *ret_count);

/* A number, as number_parse gives it; nothing into the body. */
bool json_parse_number(struct json_parser *p, double *ret, bool *ret_integer, int64_t *ret_int);

/* Both set the error and return false: what was expected at p->at, with what is there; or any text.
 */
bool json_expected(struct json_parser *p, const char *what);
bool json_fail_at(struct json_parser *p, const char *at, const char *error);

#endif
