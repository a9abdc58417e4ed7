/* YAML documents as trees whose nodes know where they stand, over libyaml: for files that people
 * write.
 *
 * One document of UTF-8, at most YAML_MAX bytes and YAML_DEPTH deep. Keys are scalars, each once in
 * its map. Anchors, aliases and tags are refused: what a file means is what it shows. Messages are
 * malloc'ed and say where: "m.yaml:4:9: expected a number, found "abc"". */
#ifndef DUTO_YAML_H
#define DUTO_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

enum {
	YAML_MAX = 4 << 20,
	YAML_DEPTH = 32,
	YAML_ENTRIES =
		10000, /* of one map: keys are searched for one by one; a list may be longer */
};

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
enum yaml_style { YAML_PLAIN, YAML_SINGLE_QUOTED, YAML_DOUBLE_QUOTED, YAML_BLOCK };

struct yaml;

struct yaml_node {
	const struct yaml *in;
	enum yaml_kind kind;
	int line, column;	     /* from 1; columns are characters */
	size_t start;		     /* characters of the document before it */
	const struct yaml_node *key; /* of a map's entry */
	struct yaml_node *next;	     /* the next in its list or map, in the file's order */
	struct yaml_node *first;     /* of a list or map */
	size_t count;
	enum yaml_style
		style;	 /* of a scalar: in quotes or a block it is text, whatever it looks like */
	struct str text; /* of a scalar; a NUL follows */
};

/* Reads a file, or text that name stands for in messages. 0, -EINVAL for what is wrong in it, or
 * the -errno of reading it, with a message in ret_error. */
int yaml_open(const char *path, struct yaml **ret, char **ret_error);
int yaml_parse(const char *name, struct str text, struct yaml **ret, char **ret_error);
void yaml_close(struct yaml *y);

/* The root of the tree; NULL where the document is empty. */
const struct yaml_node *yaml_root(const struct yaml *y);

/* The value under a key of a map; NULL where it is absent, or map is not a map. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* A malloc'ed "PATH:LINE:COLUMN: ..." about a node. */
char *yaml_error(const struct yaml_node *n, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "a list", "a map", "nothing" or the scalar in quotes: what was found, for messages. Malloc'ed. */
char *yaml_found(const struct yaml_node *n);

/* These check a node and return 0, or -EINVAL with a message. n may be NULL only for yaml_check_map
 * (an empty document): there is no place to name then, and the message has none. */
int yaml_check_map(const struct yaml_node *n, const char *const *keys, char **ret_error);
int yaml_check_list(const struct yaml_node *n, char **ret_error);
int yaml_text(const struct yaml_node *n, const char **ret, char **ret_error);
int yaml_number(const struct yaml_node *n, double *ret, char **ret_error); /* finite */
int yaml_integer(const struct yaml_node *n, int64_t *ret, char **ret_error);
int yaml_bool(const struct yaml_node *n, bool *ret, char **ret_error); /* true, false, yes, no */
int yaml_duration(const struct yaml_node *n, int64_t *ret_ns, char **ret_error);

/* The same for what a map must have: -EINVAL too where the key is absent, named at the map. */
int yaml_required(const struct yaml_node *map, const char *key, const struct yaml_node **ret,
	char **ret_error);

/* Where the character at text.data[offset], not a space, of a scalar stands in the file, whatever
 * its style. */
void yaml_place(const struct yaml_node *scalar, size_t offset, int *ret_line, int *ret_column);

#endif
