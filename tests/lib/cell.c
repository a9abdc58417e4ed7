#include "csv/cell.h"

#include "tap.h"

static void integer(const char *text, char decimal, int64_t v)
{
	struct cell c = cell_read(str(text), decimal);
	ok(c.type == CELL_INTEGER && c.i == v, "\"%s\" is an integer", text);
}

static void number(const char *text, char decimal, double v)
{
	struct cell c = cell_read(str(text), decimal);
	ok(c.type == CELL_FLOAT && c.d == v, "\"%s\" is a float", text);
}

static void text(const char *text, char decimal)
{
	ok(cell_read(str(text), decimal).type == CELL_TEXT, "\"%s\" is text", text);
}

static void test_read(void)
{
	integer("0", '.', 0);
	integer("-42", '.', -42);
	integer(" +7 ", '.', 7);
	integer("9223372036854775807", '.', INT64_MAX);
	text("9223372036854775808", '.');
	number("40.5", '.', 40.5);
	number("1e3", '.', 1000);
	number(".5", '.', 0.5);
	text("1e999", '.');
	text("1,5", '.');
	text("12 V", '.');
	text("0x10", '.');
	text("nan", '.');
	text("", '.');
	text("-", '.');
	text("+", '.');
	text("1 2", '.');
	ok(cell_read(STR("TRUE"), '.').b && cell_read(STR("False"), '.').type == CELL_BOOL,
		"bools");
}

static void test_comma(void)
{
	number("1,5", ',', 1.5);
	number("1.234,5", ',', 1234.5);
	integer("1.234.567", ',', 1234567);
	number("-1.234,56", ',', -1234.56);
	text("1.5", ',');
	text("1.2345", ',');
	text(".234", ',');
	text("1,234.567", ',');
	text("1,2,3", ',');
	integer("12", ',', 12);
}

static void test_types(void)
{
	ok(cell_join(CELL_INTEGER, CELL_FLOAT) == CELL_FLOAT, "integers among floats");
	ok(cell_join(CELL_BOOL, CELL_INTEGER) == CELL_TEXT, "bools among integers");
	ok(cell_join(CELL_UNKNOWN, CELL_BOOL) == CELL_BOOL, "the first seen");
	struct cell c = cell_read(STR("1"), '.');
	ok(cell_convert(&c, CELL_BOOL) && c.b, "1 as a bool");
	c = cell_read(STR("2"), '.');
	ok(!cell_convert(&c, CELL_BOOL), "2 is none");
	ok(cell_convert(&c, CELL_FLOAT) && c.d == 2, "2 as a float");
	ok(!cell_convert(&c, CELL_INTEGER), "a float does not become an integer");
	ok(cell_type_named(STR("float")) == CELL_FLOAT && !cell_type_named(STR("real")), "names");
}

int main(void)
{
	test_read();
	test_comma();
	test_types();
	return done();
}
