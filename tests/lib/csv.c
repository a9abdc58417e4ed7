#include "csv/csv.h"

#include <errno.h>
#include <unistd.h>

#include "csv/csv_file.h"
#include "tap.h"

/* Rows as text: cells in <>, a line each; a malformed row as "!line:column error". */
static struct buffer shown;

static void show_row(const struct csv *c)
{
	for (size_t i = 0; i < c->count; i++) {
		buffer_add_char(&shown, '<');
		buffer_add_str(&shown, c->cells[i]);
		buffer_add_char(&shown, '>');
	}
	buffer_add_char(&shown, '\n');
}

static void show_error(const struct csv *c)
{
	char text[160];
	int n = snprintf(text, sizeof(text), "!%d:%d %s\n", (int)c->error_place.line,
		(int)c->error_place.column, c->error);
	buffer_add(&shown, text, (size_t)n);
}

/* Reads text as it would arrive in pieces of so many bytes, each in memory of its own. */
static const char *read_in_pieces(struct str text, size_t piece, char separator)
{
	struct csv c = { .separator = separator };
	size_t start = 0, end = 0, used;
	shown.len = 0;
	while (end < text.len) {
		end = end + piece < text.len ? end + piece : text.len;
		for (;;) {
			char *copy =
				memcpy(malloc(end - start + 1), text.data + start, end - start);
			int r = csv_next(&c, copy, end - start, end == text.len, &used);
			if (r > 0)
				show_row(&c);
			else if (r < 0)
				show_error(&c);
			free(copy);
			start += used;
			if (!r)
				break;
		}
	}
	csv_free(&c);
	buffer_add_char(&shown, '\0');
	return (const char *)shown.data;
}

static void reads(struct str text, const char *expected, const char *title)
{
	bool same = true;
	for (size_t piece = 1; piece <= text.len && same; piece++)
		same = strcmp(read_in_pieces(text, piece, ','), expected) == 0;
	is_str(read_in_pieces(text, text.len, ','), expected, title);
	ok(same, "%s, in pieces of every size", title);
}

static void test_rows(void)
{
	reads(STR("a,b\n1,2\n"), "<a><b>\n<1><2>\n", "rows");
	reads(STR("a,b\r\n1,2\r\n"), "<a><b>\n<1><2>\n", "CRLF");
	reads(STR("a,b\n1,2"), "<a><b>\n<1><2>\n", "no line end at the end");
	reads(STR("a,\n,b\n,\n"), "<a><>\n<><b>\n<><>\n", "empty cells");
	reads(STR("a,"), "<a><>\n", "an empty cell at the end");
	reads(STR("\n\r\na\n\n\nb\n\n"), "<a>\n<b>\n", "empty lines are no rows");
	reads(STR("\xef\xbb\xbf"
		  "a,b\n"),
		"<a><b>\n", "byte order mark");
	reads(STR("\xef\xbb"
		  "a\n"),
		"<\xef\xbb"
		"a>\n",
		"half a byte order mark is text");
}

static void test_quotes(void)
{
	reads(STR("\"a,b\",\"c\nd\"\n"), "<a,b><c\nd>\n", "separator and line end in quotes");
	reads(STR("\"a\"\"b\",\"\"\"\",\"\"\n"), "<a\"b><\"><>\n", "doubled quotes");
	reads(STR("\"\"\"a\"\"\"\"\",\"x\"\"y\"\r\n"), "<\"a\"\"><x\"y>\n",
		"several cells with doubled quotes");
	reads(STR("5\" pipe,2\n"), "<5\" pipe><2>\n", "a quote within a plain cell is text");
	reads(STR("\"a\r\nb\",c"), "<a\r\nb><c>\n", "CRLF in quotes stays");
	is_str(read_in_pieces(STR("a;1,5;\"x;y\"\n"), 3, ';'), "<a><1,5><x;y>\n", "semicolons");
}

static void test_malformed(void)
{
	reads(STR("a,b\n1,\"x\"y,3\n4,5\n"),
		"<a><b>\n!2:6 text after a closing quote: expected a separator or the end of the "
		"line\n<4><5>\n",
		"text after a closing quote");
	reads(STR("a\nb,\"c\nd\ne\n"), "<a>\n!2:3 a quote that is not closed\n<d>\n<e>\n",
		"an unclosed quote costs its line only");
	reads(STR("a\nb\0c\nd\n"), "<a>\n!2:2 a NUL byte: this is not CSV in UTF-8\n<d>\n", "NUL");
	reads(STR("\"a\nb\0c\"\nd\n"), "!2:2 a NUL byte: this is not CSV in UTF-8\n<d>\n",
		"NUL in quotes, two lines down");
	reads(STR("a\rb\nc\n"), "!1:2 a carriage return without a line feed\n<c>\n", "a bare CR");
	reads(STR("\xc3\xa9\xc3\xa9,\"x\" \nc\n"),
		"!1:7 text after a closing quote: expected a separator or the end of the "
		"line\n<c>\n",
		"columns count characters");
}

/* Text of n times a piece, then a tail. */
static struct str repeated(const char *piece, size_t n, const char *tail)
{
	struct buffer b = { 0 };
	for (size_t i = 0; i < n; i++)
		buffer_add_str(&b, str(piece));
	buffer_add_str(&b, str(tail));
	return buffer_str(&b);
}

static void test_bounds(void)
{
	struct str text = repeated(",", 1000000, "\nok\n");
	is_str(read_in_pieces(text, 65536, ','), "!1:65536 more than 65536 cells in a row\n<ok>\n",
		"a million cells in a row");
	free((char *)text.data);
	text = repeated("x", 3 << 20, "\nok\n");
	is_str(read_in_pieces(text, 65536, ','), "!1:1048577 a row longer than 1 MiB\n<ok>\n",
		"a line of 3 MiB");
	free((char *)text.data);
	text = repeated("\"x\n", 1, "");
	char line[1025] = "";
	memset(line, 'y', 1023);
	line[1023] = '\n';
	struct str tail = repeated(line, 1 << 10, "");
	struct buffer both = { 0 };
	buffer_add_str(&both, text);
	buffer_add_str(&both, tail);
	const char *out = read_in_pieces(buffer_str(&both), 65536, ',');
	ok(str_starts(str(out), STR("!1:1 a quote that is not closed within 1 MiB\n<yyyy")),
		"an unclosed quote before much text");
	ok(strlen(out) == strlen("!1:1 a quote that is not closed within 1 MiB\n") + (1026u << 10),
		"all lines after it are read");
	free((char *)text.data);
	free((char *)tail.data);
	buffer_free(&both);
}

static void test_places(void)
{
	struct csv c = { 0 };
	struct str text = STR("a,b\n\xc3\xa9,\"x\ny\",z\nlast\n");
	size_t used, second;
	csv_next(&c, text.data, text.len, true, &used);
	csv_next(&c, text.data + used, text.len - used, true, &second);
	struct csv_place p = csv_place(&c, 1);
	ok(c.line == 2 && p.line == 2 && p.column == 3, "the place of a quoted cell");
	p = csv_place(&c, 2);
	ok(p.line == 3 && p.column == 4, "the place of a cell after a line end in quotes");
	used += second;
	csv_next(&c, text.data + used, text.len - used, true, &second);
	ok(c.line == 4, "the line after it");
	csv_restart(&c);
	ok(csv_next(&c, "x\n", 2, true, &used) == 1 && c.line == 1, "restart counts lines anew");
	csv_free(&c);
}

/* No bytes may be read twice into being, lost, or read past the end: with sanitizers this is a
 * small fuzz. */
static void test_noise(void)
{
	static const char alphabet[] = "\",\n\r\0ab";
	uint32_t x = 1;
	bool progress = true;
	for (int round = 0; round < 3000; round++) {
		char text[24];
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = alphabet[(x = x * 1664525 + 1013904223) >> 24 & 7];
		struct buffer whole = { 0 };
		struct str s = { text, sizeof(text) };
		buffer_add_str(&whole, str(read_in_pieces(s, sizeof(text), ',')));
		buffer_add_char(&whole, '\0');
		read_in_pieces(s, 1 + (size_t)round % 5, ',');
		progress = progress && strcmp((char *)whole.data, (char *)shown.data) == 0;
		buffer_free(&whole);
	}
	ok(progress, "noise reads the same in pieces as whole");
}

static void test_write(void)
{
	struct buffer b = { 0 };
	csv_write(&b, STR("a b"), ',');
	csv_write(&b, STR("a,b"), ',');
	csv_write(&b, STR("a,b"), ';');
	csv_write(&b, STR("\"x\"\n"), ';');
	buffer_add_char(&b, '\0');
	is_str((char *)b.data, "a b\"a,b\"a,b\"\"\"x\"\"\n\"", "writing quotes where needed");
	buffer_free(&b);
}

static void write_file(const char *path, struct str text)
{
	FILE *f = fopen(path, "w");
	fwrite(text.data, 1, text.len, f);
	fclose(f);
}

static void test_file(void)
{
	char path[] = "/tmp/duto-csv-XXXXXX", expected[80];
	close(mkstemp(path));
	write_file(path, STR("address,field\n1,\"a\nb\"\n2,c\n"));
	struct csv_file file;
	char *error;
	ok(csv_file_read(path, 0, &file, &error) == 0 && file.count == 3, "a file's rows");
	int field = csv_file_column(&file.rows[0], STR("field"));
	ok(field == 1 && csv_file_column(&file.rows[0], STR("none")) == -1, "columns by title");
	ok(str_eq(csv_file_cell(&file.rows[2], field), STR("c")), "a cell");
	ok(csv_file_cell(&file.rows[2], 7).len == 0, "a cell that is not there");
	ok(file.rows[2].places[1].line == 4 && file.rows[2].places[1].column == 3, "its place");
	csv_file_free(&file);
	write_file(path, STR("a,b\n1,\"x\n"));
	ok(csv_file_read(path, 0, &file, &error) == -EBADMSG, "a malformed file");
	snprintf(expected, sizeof(expected), "%s:2:3: a quote that is not closed", path);
	is_str(error, expected, "its message");
	free(error);
	unlink(path);
	ok(csv_file_read(path, 0, &file, &error) == -ENOENT, "a file that is not there");
	snprintf(expected, sizeof(expected), "%s: No such file or directory", path);
	is_str(error, expected, "its message");
	free(error);
}

int main(void)
{
	test_rows();
	test_quotes();
	test_malformed();
	test_bounds();
	test_places();
	test_noise();
	test_write();
	test_file();
	buffer_free(&shown);
	return done();
}
