/* The columns of a CSV input: which becomes which field, of what unit and type. */
#ifndef DUTO_COLUMNS_H
#define DUTO_COLUMNS_H

#include "cell.h"
#include "opt.h"
#include "str.h"

struct column {
	struct str title, name, unit, label;
	enum cell_type type; /* CELL_UNKNOWN until it is inferred */
	bool fixed;	     /* the type was given: it is not widened */
	bool field;   /* becomes a field; not where a map leaves it out, nor a time or source column
		       */
	double scale; /* what the cells are multiplied by; 1 */
	uint64_t misfits; /* cells that were not of the type */
};

struct columns {
	struct column *all;
	size_t count;
	void *texts; /* the columns' own */
};

/* What the user says of them; each may be empty. */
struct column_options {
	struct opt_list rename; /* "old=new": a title or the field's name first */
	struct opt_list types;	/* "field=type" */
	const char *map;	/* a file, see columns_open */
};

/* Makes columns from titles: names and units follow from them (title.h). With a map, only its
 * columns are fields: a CSV file with a header, column (a title, or a number from 1) and field, and
 * if wanted unit, type (integer, float, bool, text) and scale. Returns 0, or -EINVAL (-errno for
 * the map's file) with a malloc'ed message in ret_error that names the option or the map's line. */
int columns_open(struct columns *c, const struct str *titles, size_t count,
	const struct column_options *options, char **ret_error);
void columns_close(struct columns *c);

/* The column of that title, or field name; -1: none. */
int columns_find(const struct columns *c, struct str name);

/* Whether these are the columns' titles, in this order. */
bool columns_are(const struct columns *c, const struct str *titles, size_t count);

/* Whether the type of each field is known. */
bool columns_typed(const struct columns *c);

/* The field's name nearest to a word that was not found, for messages, malloc'ed; or NULL. */
char *columns_suggest(const struct columns *c, const char *word);

/* The titles "1", "2", ... for inputs without a header, as one block for free(). */
struct str *columns_numbered(size_t count);

#endif
