#include "csv/row_key.h"

#include <errno.h>

#include "tap.h"

static struct columns columns;

static int open_key(struct row_key *k, const struct str *titles, size_t count, char **ret_error)
{
	static const struct column_options none;
	char *error;
	columns_close(&columns);
	if (columns_open(&columns, titles, count, &none, &error))
		return -ENOTSUP;
	return row_key_columns(k, &columns, ret_error);
}

static void columns_of_key(void)
{
	static const struct str titles[] = { STR("time"), STR("meter"), STR("x") };
	struct row_key k = { .source_column = "meter" };
	char *error = NULL;
	ok(open_key(&k, titles, 3, &error) == 0 && k.time_at == 0 && k.source_at == 1,
		"columns by usual and by given title");
	ok(!columns.all[0].field && !columns.all[1].field && columns.all[2].field,
		"they are no fields");
	k = (struct row_key){ .source_column = "metr" };
	ok(open_key(&k, titles, 3, &error) == -EINVAL, "a column that is not there");
	is_str(error, "no column \"metr\" for --source-column; did you mean \"meter\"?",
		"is asked after");
	free(error);
	k = (struct row_key){ 0 };
	ok(open_key(&k, titles, 3, &error) == -EINVAL, "no source");
	is_str(error, "no column \"source\": give --source-column or --source",
		"says what to give");
	free(error);
}

static int read_row(struct row_key *k, const char *when, const char *source, size_t count,
	int64_t *time, struct row_fault *fault)
{
	struct str cells[] = { str(when), str(source), STR("1") }, name;
	int r = row_key_read(k, cells, count, time, &name, fault);
	if (!r)
		ok(str_eq(name, STR("plant/m1")), "the source of the row");
	return r;
}

static void rows(void)
{
	static const struct str titles[] = { STR("time"), STR("source"), STR("x") };
	struct row_key k = { .source = "plant", .source_column = "source" };
	struct row_fault fault;
	int64_t time = 0;
	char *error;
	ok(open_key(&k, titles, 3, &error) == 0, "a key");
	ok(read_row(&k, "1970-01-01T00:00:01Z", "m1", 3, &time, &fault) == 0 && time == 1000000000,
		"its time");
	ok(read_row(&k, "noon", "m1", 3, &time, &fault) == -EINVAL && fault.cell == 0, "no time");
	is_str(fault.text, "expected a time, found \"noon\"", "is told");
	ok(read_row(&k, "1970-01-01", "\xff", 3, &time, &fault) == -EINVAL && fault.cell == 1,
		"a source that is not UTF-8");
	ok(read_row(&k, "1970-01-01", "m1", 2, &time, &fault) == -EINVAL, "too few cells");
	is_str(fault.text, "expected 3 cells, found 2", "are told");
	free(k.name.data);
}

static void steps(void)
{
	static const struct str titles[] = { STR("x") };
	struct row_key k = { .source = "s", .stepped = true, .start = 5, .step = INT64_MAX / 2 };
	struct row_fault fault;
	struct str name;
	int64_t time;
	char *error;
	ok(open_key(&k, titles, 1, &error) == 0, "a key without columns");
	k.row = 1;
	ok(row_key_read(&k, titles, 1, &time, &name, &fault) == 0 && time == 5, "the first row");
	k.row = 4;
	ok(row_key_read(&k, titles, 1, &time, &name, &fault) == -ERANGE, "steps end with time");
	free(k.name.data);
}

int main(void)
{
	columns_of_key();
	rows();
	steps();
	columns_close(&columns);
	return done();
}
