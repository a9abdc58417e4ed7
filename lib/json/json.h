/* Samples as JSON, one to a line (RFC 8259), both ways:
 *
 *     {"time":"2026-01-01T00:00:00Z","source":"plant/mill1","run":1,"seq":1,"kind":"event",
 *      "values":{"torque":42.8,"count":3},"quality":{"torque":1083179008},"via":{"model":"m1"}}
 *
 * Types survive the way there and back: an integer literal is an integer (64 bits, signed or
 * unsigned), one with a point or exponent a float 64, so that 3.0 and 3 stay what they are. JSON
 * has no NaN and no infinity: both are written as null, which reads as nil: no value. bin is
 * {"$bin":"base64"}; an extension {"$ext":[type,"base64"]}. Text in a sample that is not UTF-8 is
 * written with U+FFFD for each wrong byte; a map's key that is not text as the text of its JSON.
 * Keys of a sample beyond those above are not written. */
#ifndef DUTO_JSON_H
#define DUTO_JSON_H

#include "buffer.h"
#include "json_parse.h"
#include "sample.h"

/* Appends a sample as one line, its newline included. */
void json_write(struct buffer *out, const struct sample *s);

/* Appends the MessagePack object at the cursor, which stands on sound bytes, and steps over it. */
void json_write_value(struct buffer *out, struct cursor *c);

/* Appends a JSON string with its quotes. */
void json_write_text(struct buffer *out, struct str s);

/* A record of any NDJSON in place of Duto's form: the keys that hold its time and source; all
 * others are values. A time that is a number counts time_unit nanoseconds since the epoch. */
struct json_flat {
	struct str time_key, source_key; /* empty: not in the record */
	int64_t time_unit;
};

/* Entries of a map as MessagePack in the reader's body. */
struct json_entries {
	size_t start, end;
	uint32_t count;
};

/* What json_read found in a line. Zero it first and use it again: it keeps its room; json_free
 * gives it back. source and kind are borrowed from the line or the reader until the next json_read.
 */
struct json_reader {
	bool has_time, has_source, has_identity;
	int64_t time;
	struct str source, kind;
	uint64_t run, seq;
	struct json_entries values, quality, via;

	struct json_parser parser; /* error and column of a line that was not taken */
	struct buffer source_text, kind_text;
};

/* Reads one line, without its newline: in Duto's form with the keys in any order, or as flat says.
 * time, source, and run with seq may be missing. A quality is a status code or "Good", "Uncertain"
 * or "Bad". Not taken, each with its column: other keys, a key twice in one object, text that is
 * not UTF-8, a time before 1970, a number that 64 bits do not hold, nesting beyond JSON_DEPTH, maps
 * and arrays as values of a measurement. 0, or -EINVAL with parser.column and parser.error:
 * expected ',' or '}' behind a value, found ']'. */
int json_read(struct json_reader *r, const char *line, size_t len, const struct json_flat *flat);

/* Adds the values, qualities and via that were read to a sample that was begun. */
void json_add(const struct json_reader *r, struct sample_writer *w);

void json_free(struct json_reader *r);

#endif
