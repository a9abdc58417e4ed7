#include "csv_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "allocate.h"
#include "text.h"

enum { PIECE = 1 << 16 };

static int read_whole(const char *path, struct buffer *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n;
	while ((n = read(fd, buffer_reserve(ret, PIECE), PIECE)) > 0)
		ret->len += (size_t)n;
	int r = n < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* One block holds the places, the cells and their text. */
static struct csv_row copy_row(const struct csv *c)
{
	size_t text = 0, fixed = c->count * (sizeof(struct csv_place) + sizeof(struct str));
	for (size_t i = 0; i < c->count; i++)
		text += c->cells[i].len;
	struct csv_row row = { .count = c->count, .places = or_abort(malloc(fixed + text + 1)) };
	row.cells = (struct str *)(row.places + c->count);
	char *to = (char *)(row.cells + c->count);
	for (size_t i = 0; i < c->count; i++) {
		row.places[i] = csv_place(c, i);
		row.cells[i] = (struct str){ to, c->cells[i].len };
		to = mempcpy(to, c->cells[i].data, c->cells[i].len);
	}
	return row;
}

static void add_row(struct csv_file *file, struct csv_row row)
{
	if ((file->count & (file->count + 1)) == 0)
		file->rows =
			or_abort(realloc(file->rows, (2 * file->count + 1) * sizeof(*file->rows)));
	file->rows[file->count++] = row;
}

static int parse(struct csv *c, struct str text, struct csv_file *file)
{
	size_t used;
	int r;
	while ((r = csv_next(c, text.data, text.len, true, &used)) > 0) {
		add_row(file, copy_row(c));
		text = (struct str){ text.data + used, text.len - used };
	}
	return r;
}

static char *describe(const char *path, int r, const struct csv *c)
{
	if (r == -EBADMSG)
		return text_print("%s:%" PRIu64 ":%" PRIu64 ": %s", path, c->error_place.line,
			c->error_place.column, c->error);
	return text_print("%s: %s", path, strerror(-r));
}

int csv_file_read(const char *path, char separator, struct csv_file *ret, char **ret_error)
{
	struct buffer text = { 0 };
	struct csv c = { .separator = separator };
	struct csv_file file = { 0 };
	int r = read_whole(path, &text);
	if (!r)
		r = parse(&c, buffer_str(&text), &file);
	if (r) {
		*ret_error = describe(path, r, &c);
		csv_file_free(&file);
	} else {
		*ret = file;
	}
	csv_free(&c);
	buffer_free(&text);
	return r;
}

void csv_file_free(struct csv_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		free(file->rows[i].places);
	free(file->rows);
	*file = (struct csv_file){ 0 };
}

int csv_file_column(const struct csv_row *row, struct str title)
{
	for (size_t i = 0; i < row->count; i++)
		if (str_eq(row->cells[i], title))
			return (int)i;
	return -1;
}

struct str csv_file_cell(const struct csv_row *row, int column)
{
	if (column < 0 || (size_t)column >= row->count)
		return STR("");
	return row->cells[column];
}
