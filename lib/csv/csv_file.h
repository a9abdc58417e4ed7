/* A CSV file read whole: device maps, calendars, customer lists. */
#ifndef DUTO_CSV_FILE_H
#define DUTO_CSV_FILE_H

#include "csv.h"

struct csv_row {
	struct str *cells;
	struct csv_place *places; /* of each cell */
	size_t count;
};

/* The rows in order; a header is the first of them. */
struct csv_file {
	struct csv_row *rows;
	size_t count;
};

/* Reads a file; separator 0 stands for a comma. On a file that cannot be read (-errno) or a
 * malformed row (-EBADMSG) ret_error is a malloc'ed message, "map.csv:4:9: ...". csv_file_free
 * frees what it returns. */
int csv_file_read(const char *path, char separator, struct csv_file *ret, char **ret_error);
void csv_file_free(struct csv_file *file);

/* The cell of a row that reads so: the column of that title, where the row is a header. -1: none.
 */
int csv_file_column(const struct csv_row *row, struct str title);

/* A cell's text; empty where the row is too short or column is -1. */
struct str csv_file_cell(const struct csv_row *row, int column);

#endif
