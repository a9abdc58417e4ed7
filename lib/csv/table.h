/* A CSV file of named columns that a person wrote: device maps, device lists. The header names the
 * columns, in any order; one that is not known is a mistake, never ignored. Messages name
 * file:line:column. */
#ifndef DUTO_TABLE_H
#define DUTO_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "csv_file.h"
#include "str.h"

enum { TABLE_COLUMNS_MAX = 24 };

struct table_column {
	const char *name;
	bool required; /* the column must be there, and no cell of it empty */
};

struct table {
	char *path;
	const struct table_column *columns; /* ends with name NULL */
	struct csv_file file;
	int at[TABLE_COLUMNS_MAX]; /* where the file has each column; -1: it has not */
	size_t count;		   /* rows below the header */
};

/* 0, or -errno with a malloc'ed message in *ret_error. columns is borrowed. */
int table_load(
	const char *path, const struct table_column *columns, struct table *ret, char **ret_error);
void table_unload(struct table *t);

/* A cell, without the blanks around it; empty where the file does not have the column. */
struct str table_cell(const struct table *t, size_t row, unsigned column);

/* Puts "path:line:column: message" for a cell in *ret_error. Returns -EINVAL. */
int table_error(const struct table *t, size_t row, unsigned column, char **ret_error,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
