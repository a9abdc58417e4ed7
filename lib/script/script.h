/* Lua 5.4 over the fields of samples: expressions whose results become fields, conditions, and
 * scripts of statements.
 *
 * A name that is not one of the words below is a field of the sample, absent: nil. In an expression
 * a.b is the field "a.b"; fields["a b"] reaches every name. What is Bad reads as nil. A result
 * carries the worst quality of the fields that were read on the way to it; where one of them is Bad
 * or absent it is nil with that quality, whatever was computed. Integers stay integers and floats
 * float 64; a float that is not finite is nil and Bad.
 *
 * Words: time (s since the epoch), source, fields, has("x") (there and not Bad; does not count as
 * read), prev.x (x as it was when the last sample of the source went on), state (a table of the
 * source that stays from sample to sample), pi, huge, abs ceil floor sqrt sin cos tan asin acos atan
 * exp log fmod min max tointeger tonumber, math, string and table (parts), ipairs, select, error.
 * There is no pairs, random or pattern matching: the same samples give the same results. Steps count
 * instructions, memory and moved entries; no text or table is larger than 256 KiB, so that nothing takes
 * long uncounted. */
#ifndef DUTO_SCRIPT_H
#define DUTO_SCRIPT_H

#include "sample.h"

struct fields;
struct script;

struct script_form {
	size_t sources; /* that have state; with more, the one not heard from for longest is
			   forgotten */
	size_t memory;	/* bytes that Lua may hold, all states included */
	int steps;	/* of one expression on one sample */
	/* Told once of each expression that fails: its name, and how. */
	void (*failed)(const char *name, const char *message);
};

struct script *script_open(const struct script_form *form);

/* "NAME = EXPRESSION". 0, or -EINVAL with a message that tells the column. */
int script_add(struct script *s, const char *assignment, char **ret_error);

/* A condition that script_run answers; at most one. */
int script_condition(struct script *s, const char *expression, char **ret_error);

/* A file that defines a function sample(), called for each sample after the expressions: names that
 * it assigns become fields. What the file gives a value outside of functions is its own. 0, or
 * -errno with a message. */
int script_file(struct script *s, const char *path, char **ret_error);

/* Runs all over one measurement, which gets the results. A result none of whose fields the sample
 * has is left out. False: the condition does not hold; where what it reads is Bad or absent, it does
 * not. */
bool script_run(struct script *s, struct sample *sample);

/* Which fields the expressions read, but those made by earlier ones, and which they make; unit_of: NULL
 * where it is not known. */
void script_fields(
	const struct script *s, struct fields *f, const char *(*unit_of)(struct str field));

/* Whether a field is made by an expression, and whether a sample (or schema) has any of those that
 * the expression needs. */
bool script_makes(const struct script *s, struct str field);
bool script_applies(const struct script *s, struct str made, const struct sample *sample);

/* The states of all sources, as one wire object, and back into a script that has run nothing.
 * Numbers, texts, truth values and tables of these stay, to a depth of SCRIPT_DEPTH and SCRIPT_STATE
 * bytes a source; what is beyond is nil. */
enum { SCRIPT_DEPTH = 8, SCRIPT_STATE = 1 << 20 };
void script_save(struct script *s, struct buffer *to);
bool script_load(struct script *s, struct cursor *from);

#endif
