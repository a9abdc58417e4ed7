/* The option table: one table gives parsing, --help and --describe.
 *
 * Long options only: --name VALUE or --name=VALUE; a flag takes no value. An entry without dashes
 * in its arg-only form (positional) takes the words that are left, in the table's order; a
 * repeating one takes all. */
#ifndef DUTO_OPT_H
#define DUTO_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "str.h"

enum opt_type {
	OPT_FLAG = 1, /* bool */
	OPT_TEXT,     /* const char * */
	OPT_FILE,     /* const char *: a file to read; must be there and readable */
	OPT_OUTPUT,   /* const char *: a file or folder to write */
	OPT_KEEP,     /* const char *: the folder of a keep, PIPELINE/STAGE, or in a pipeline STAGE;
			 some take addresses of other stores too */
	OPT_CHOICE,   /* const char *: one of choices, "a|b|c" */
	OPT_INTEGER,  /* int64_t; 10k, 3M, 2G are powers of ten */
	OPT_SIZE,     /* int64_t bytes; 64k, 16M, 1G are powers of two */
	OPT_NUMBER,   /* double; 2% is 0.02 */
	OPT_DURATION, /* int64_t nanoseconds; 5s, 50ms, 2m, 1h, 30d, 1w; a bare number is an error
			 but 0 */
	OPT_TIME, /* int64_t nanoseconds since the epoch: 2026-01-01T00:00:00Z (any offset), or -24h
		     before now */
	OPT_LIST, /* struct opt_list: words between commas */
};

/* The words of a list, or the values of a repeating option (text, a file or a keep, with repeat). */
struct opt_list {
	const char **words;
	size_t count;
};

struct opt {
	const char *name; /* "model" for --model; for a positional, its name in messages and help */
	enum opt_type type;
	void *to;	  /* where the value goes; what it holds before parsing is the default */
	const char *arg;  /* what stands for the value in help: FILE, NAME, 5s */
	const char *help; /* one line, no full stop */
	const char *choices;
	double min, max; /* bounds of a number, integer, size or duration (in its unit; durations in
			    seconds), where max > min */
	bool positional, required, repeat;
	bool incidental; /* does not shape the samples: links, paths, deadlines (not part of a run's
			    hash) */
};

#define OPT_END                                                                                    \
	{                                                                                          \
		.name = NULL                                                                       \
	}

/* Parses argv[1..]; table ends with OPT_END, tables with NULL. On an error returns -EINVAL with a
 * message ("--every: 5x is not a duration (5s, 50ms, 2m, 1h)") in ret_error, a malloc'ed text, with
 * "did you mean" for an unknown option. --help, --describe, --check are the caller's options. */
int opt_parse(const struct opt *const tables[], int argc, char **argv, char **ret_error);

/* Names the first required option that was not given, or NULL. After opt_parse. */
const struct opt *opt_missing(const struct opt *const tables[]);

/* Whether a word is in a list. */
bool opt_has(const struct opt_list *list, struct str word);

/* Whether the option that writes to this place was given. */
bool opt_given(const void *to);

/* Prints the help of one table, aligned, with defaults, types and choices. */
void opt_help(const struct opt *table, FILE *to);

/* Prints text in lines of bounded width, those after the first indented; column: where the first
 * begins. Line ends in the text stay. */
void opt_wrap(const char *text, int indent, int column, FILE *to);

/* Prints the table as the inside of a JSON array of objects:
 * {"name","type","arg","help","default","choices","required","repeat","positional"}. */
void opt_describe(const struct opt *table, FILE *to, bool first);

/* Prints text as a JSON string. */
void opt_json(const char *text, FILE *to);

/* Hash of all options given that shape the samples. */
uint64_t opt_hash(const struct opt *const tables[]);

/* Single values, for those who read them elsewhere (pipeline files). 0 or -EINVAL. */
int opt_duration(struct str text, int64_t *ret_ns);
int opt_size(struct str text, int64_t *ret_bytes);

/* The one of n names nearest to word, where it is near enough to be meant; else NULL. */
const char *opt_suggest(const char *word, const char *const *names, size_t n);

#endif
