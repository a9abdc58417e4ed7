/* JSON with the path of each value, and its numbers exact; for lib/urdb.
 *
 * A value that is not what a reader expects is a mistake, told once at its path; the reader then
 * leaves *ret as it is. So does an absent one, without a word. */
#ifndef DUTO_URDB_NODE_H
#define DUTO_URDB_NODE_H

#include <jansson.h>

#include "decimal.h"
#include "pipeline/mistake.h"

struct node {
	const json_t *json; /* NULL: absent */
	char path[96];
};

struct document {
	const char *file;
	struct str text;
	json_t *root; /* a number in it is an integer: where its digits begin in text */
	struct mistakes *mistakes;
};

/* False with a mistake where the text is no JSON. json_decref(d->root) frees what it takes. */
bool document_open(struct document *d);

void refuse(struct document *d, const struct node *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void note(struct document *d, const struct node *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* null counts as absent. */
struct node node_get(const struct node *n, const char *key);
struct node node_at(const struct node *n, size_t i);

static inline bool node_is(const struct node *n)
{
	return n->json;
}

/* How many elements; 0 with a mistake where it is no list of low to high. */
size_t node_count(struct document *d, const struct node *n, size_t low, size_t high);
bool node_is_map(struct document *d, const struct node *n);

/* A multiple of 1e-9; digits beyond are rounded, with a note. */
void node_decimal(struct document *d, const struct node *n, decimal *ret);
void node_integer(
	struct document *d, const struct node *n, int64_t low, int64_t high, int64_t *ret);
void node_bool(struct document *d, const struct node *n, bool *ret); /* also 0 and 1 */
/* One of names, a list that ends with NULL; capitals do not count. */
void node_choice(struct document *d, const struct node *n, const char *const *names, int *ret);

/* The digits of a number, as they stand in the file; empty for other values. */
struct str node_number(const struct document *d, const json_t *json);

/* "1.5e-3" as a multiple of 1e-9. Returns 0, 1 where digits were rounded away, or -EOVERFLOW. */
int exact_parse(struct str number, decimal *ret);

#endif
