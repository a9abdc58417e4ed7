#include "csv/csv_input.h"

#include <string.h>

#include "tap.h"

/* What was called, in order: "[a b]" titles, "~" a row looked at, "1 2;" a row taken, "!" malformed.
 */
static struct buffer calls;
static bool untyped;

static void note(struct str text)
{
	buffer_add_str(&calls, text);
}

static void note_cells(const struct str *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		note(i ? STR(" ") : STR(""));
		note(cells[i]);
	}
}

static bool on_columns(const struct str *titles, size_t count)
{
	note(STR("["));
	note_cells(titles, count);
	note(STR("]"));
	return untyped;
}

static void on_look(const struct csv *row)
{
	(void)row;
	note(STR("~"));
}

static void on_row(const struct csv *row)
{
	note_cells(row->cells, row->count);
	note(STR(";"));
}

static void on_malformed(const struct csv *c, bool header)
{
	(void)c;
	note(header ? STR("!!") : STR("!"));
}

static const char *called(void)
{
	*buffer_reserve(&calls, 1) = 0;
	return (const char *)calls.data;
}

static struct csv_input input(bool look)
{
	untyped = look;
	calls.len = 0;
	return (struct csv_input){ .look_max = 2,
		.columns = on_columns,
		.look = on_look,
		.take = on_row,
		.malformed = on_malformed };
}

static void done_with(struct csv_input *in)
{
	csv_free(&in->reader);
	csv_free(&in->scout);
	free(in->held.data);
}

/* Gives text in growing pieces: what is not used comes again. */
static void read_slowly(struct csv_input *in, const char *text)
{
	size_t len = strlen(text), used = 0;
	for (size_t end = 0; end <= len; end++)
		used += csv_input_read(in, (struct str){ text + used, end - used }, end == len);
}

static void reads(const char *title, bool look, const char *text, const char *expected)
{
	struct csv_input in = input(look);
	csv_input_read(&in, str(text), true);
	is_str(called(), expected, title);
	done_with(&in);
	in = input(look);
	read_slowly(&in, text);
	ok(strcmp(called(), expected) == 0, "%s, byte by byte", title);
	done_with(&in);
}

static void without_header(void)
{
	static const char *words[] = { "x", "y" };
	struct csv_input in = input(false);
	in.no_header = true;
	csv_input_read(&in, STR("7,8\n"), true);
	is_str(called(), "[1 2]7 8;", "columns are numbered, the first row is data");
	done_with(&in);
	in = input(false);
	in.no_header = true;
	in.titles = (struct opt_list){ words, 2 };
	csv_input_read(&in, STR("7,8\n"), true);
	is_str(called(), "[x y]7 8;", "titles that are given");
	done_with(&in);
}

static void several(void)
{
	struct csv_input in = input(true);
	ok(!csv_input_next(&in), "an input without titles is told");
	csv_input_read(&in, STR("a\n1\n"), true);
	ok(csv_input_next(&in), "one with titles is not");
	csv_input_read(&in, STR("b\n2\n"), true);
	is_str(called(), "[a]~1;[b]~2;", "inputs one after another");
	done_with(&in);
}

int main(void)
{
	reads("rows are taken at once where types are known", false, "a,b\n1,2\n3,4\n",
		"[a b]1 2;3 4;");
	reads("else after a look at the first", true, "a,b\n1,2\n3,4\n5,6\n",
		"[a b]~~1 2;3 4;5 6;");
	reads("however few there are", true, "a\n1\n", "[a]~1;");
	reads("a malformed row is told once", true, "a\n\"x\"y\n1\n2\n", "[a]~~!1;2;");
	reads("a malformed header is told as such", false, "\"a\"b\n", "!!");
	without_header();
	several();
	free(calls.data);
	return done();
}
