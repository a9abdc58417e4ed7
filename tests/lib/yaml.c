#include "pipeline/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "buffer.h"
#include "tap.h"

static struct yaml *tree(const char *text)
{
	struct yaml *y = NULL;
	char *error = NULL;
	if (yaml_parse("t.yaml", str(text), &y, &error) < 0) {
		printf("# %s\n", error);
		free(error);
	}
	return y;
}

static void refused(const char *title, const char *text, const char *expected)
{
	struct yaml *y = NULL;
	char *error = NULL;
	int r = yaml_parse("t.yaml", str(text), &y, &error);
	ok(r == -EINVAL && !y, "%s: refused", title);
	is_str(error, expected, title);
	free(error);
	yaml_close(y);
}

static void test_tree(void)
{
	struct yaml *y =
		tree("name: mill\nstages:\n  a:\n    run: sim mill\n    from: [b, 'c d']\n");
	const struct yaml_node *root = yaml_root(y),
			       *stage = yaml_get(yaml_get(root, "stages"), "a");
	const struct yaml_node *from = yaml_get(stage, "from");
	ok(root->kind == YAML_MAP && root->count == 2, "a map of two");
	is_str(yaml_get(root, "name")->text.data, "mill", "a value");
	ok(stage->key->line == 3 && stage->key->column == 3, "a key's place");
	ok(from->kind == YAML_LIST && from->count == 2 && from->column == 11, "a list's place");
	ok(from->first->next->line == 5 && from->first->next->column == 15,
		"the place of a list's entry");
	ok(!yaml_get(root, "none") && !yaml_get(from, "x"), "what is not there");
	yaml_close(y);
}

static void test_values(void)
{
	struct yaml *y = tree("n: 2.5\ni: 12\nt: '12'\nb: yes\nd: 90s\nx: abc\nl: [1]\ne:\n");
	const struct yaml_node *root = yaml_root(y), *ret;
	char *error = NULL;
	const char *text;
	double number = 0;
	int64_t integer = 0;
	bool yes = false;
	ok(yaml_number(yaml_get(root, "n"), &number, &error) == 0 && number == 2.5, "a number");
	ok(yaml_integer(yaml_get(root, "i"), &integer, &error) == 0 && integer == 12, "an integer");
	ok(yaml_bool(yaml_get(root, "b"), &yes, &error) == 0 && yes, "a bool");
	ok(yaml_duration(yaml_get(root, "d"), &integer, &error) == 0 && integer == 90000000000,
		"a duration");
	ok(yaml_number(yaml_get(root, "x"), &number, &error) == -EINVAL, "no number");
	is_str(error, "t.yaml:6:4: expected a number, found \"abc\"", "said so");
	free(error);
	ok(yaml_number(yaml_get(root, "t"), &number, &error) == -EINVAL,
		"a number in quotes is text");
	free(error);
	ok(yaml_integer(yaml_get(root, "n"), &integer, &error) == -EINVAL, "2.5 is no integer");
	is_str(error, "t.yaml:1:4: expected a whole number, found \"2.5\"", "said so");
	free(error);
	ok(yaml_text(yaml_get(root, "l"), &text, &error) == -EINVAL, "a list is no text");
	is_str(error, "t.yaml:7:4: expected a text, found a list", "said so");
	free(error);
	ok(yaml_bool(yaml_get(root, "e"), &yes, &error) == -EINVAL, "nothing is no bool");
	is_str(error, "t.yaml:8:3: expected true or false, found nothing", "said so");
	free(error);
	ok(yaml_required(root, "gone", &ret, &error) == -EINVAL, "a key that must be there");
	is_str(error, "t.yaml:1:1: \"gone\" is missing", "said so");
	free(error);
	yaml_close(y);
}

static void test_keys(void)
{
	static const char *const keys[] = { "columns", "start", NULL };
	struct yaml *y = tree("columns: 1\nstrat: 2\n");
	char *error = NULL;
	ok(yaml_check_map(yaml_root(y), keys, &error) == -EINVAL, "an unknown key");
	is_str(error, "t.yaml:2:1: unknown key \"strat\" (did you mean \"start\"?)", "said so");
	free(error);
	yaml_close(y);
	y = tree("");
	ok(!yaml_root(y) && yaml_check_map(yaml_root(y), keys, &error) == -EINVAL,
		"an empty document");
	free(error);
	yaml_close(y);
}

static void test_refusals(void)
{
	refused("an alias", "a: *b\n",
		"t.yaml:1:4: aliases (*b) are not taken here: write the value out");
	refused("an anchor", "a: &b [1]\n",
		"t.yaml:1:4: anchors (&b) are not taken here: write the value out");
	refused("a tag", "a: !!float 1\n",
		"t.yaml:1:4: tags (tag:yaml.org,2002:float) are not taken here");
	refused("a key twice", "a: 1\nb: 2\na: 3\n",
		"t.yaml:3:1: \"a\" is given twice, first in line 1");
	refused("a second document", "a: 1\n---\nb: 1\n",
		"t.yaml:2:1: expected one document, a second begins here");
	refused("a tab for indentation", "a:\n\tb: 1\n",
		"t.yaml:2:1: while scanning for the next token: found character that cannot start "
		"any token");
	refused("a list that is not closed", "a: [1, 2\n",
		"t.yaml:2:1: while parsing a flow sequence: did not find expected ',' or ']'");
	refused("a map for a key", "{a: b}: 1\n", "t.yaml:1:1: expected a key, found a map");
	refused("bytes that are not UTF-8", "a: \xff\xfe\n",
		"t.yaml: byte 3: invalid leading UTF-8 octet");
	refused("a NUL", "a: \"x\\0y\"\n", "t.yaml:1:4: a NUL in the text");
}

static void test_bounds(void)
{
	struct buffer b = { 0 };
	struct yaml *y = NULL;
	char *error = NULL;
	for (int i = 0; i < 100000; i++)
		buffer_add_char(&b, '[');
	ok(yaml_parse("t", buffer_str(&b), &y, &error) == -EINVAL, "100,000 brackets");
	is_str(error, "t:1:33: more than 32 levels deep", "said so");
	free(error);
	b.len = 0;
	for (int i = 0; i < 20000; i++)
		buffer_add(&b, b.data + b.len,
			(size_t)sprintf((char *)buffer_reserve(&b, 16), "k%d: 1\n", i));
	ok(yaml_parse("t", buffer_str(&b), &y, &error) == -EINVAL, "20,000 keys");
	is_str(error, "t:10001:1: more than 10000 entries in one map", "said so");
	free(error);
	b.len = 0;
	memset(buffer_reserve(&b, YAML_MAX + 1), 'a', YAML_MAX + 1);
	b.len = YAML_MAX + 1;
	ok(yaml_parse("t", buffer_str(&b), &y, &error) == -EINVAL, "too long");
	is_str(error, "t: longer than 4194304 bytes", "said so");
	free(error);
	buffer_free(&b);
	ok(yaml_open("/nowhere/x.yaml", &y, &error) == -ENOENT, "a file that is not there");
	is_str(error, "/nowhere/x.yaml: No such file or directory", "said so");
	free(error);
}

/* Every prefix of a document and every byte of it changed: refused or read, never a crash. */
static void test_mutilated(void)
{
	static const char whole[] = "name: m\nvars: {A: '1', B: \"x\\u00e9\"}\nstages:\n  a:\n    "
				    "run: >-\n      sim | b\n"
				    "      c\n    from: [b, c]\n  b: |\n    text\n...\n";
	size_t parsed = 0;
	for (size_t i = 0; i < 4 * sizeof(whole); i++) {
		char copy[sizeof(whole)];
		struct yaml *y = NULL;
		char *error = NULL;
		memcpy(copy, whole, sizeof(whole));
		copy[i / 4] = "\x00\xff:&"[i % 4];
		size_t len = i % 4 ? sizeof(whole) - 1 : i / 4;
		if (yaml_parse("t", (struct str){ copy, len }, &y, &error) == 0)
			parsed++;
		free(error);
		yaml_close(y);
	}
	ok(parsed > 20, "mutilated documents (%zu could be read)", parsed);
}

/* The word "here" of each scalar stands where the source has it. */
static void test_places(void)
{
	static const char source[] = "plain: a b here\n"
				     "single: 'it''s ''so'' here'\n"
				     "double: \"\\u00e9\\t\\\" \xc3\xa9 here\"\n"
				     "folded: >-\n"
				     "    one two\n"
				     "    three here\n"
				     "literal: |2  # comment here\n"
				     "   x\n"
				     "\n"
				     "  y here\n"
				     "lines: one\n"
				     "  two\n"
				     "  here\n"
				     "broken: \"one \\\n"
				     "   tw\xc3\xb3\\\n"
				     "   here\"\n";
	static const int expected[][2] = { { 1, 12 }, { 2, 23 }, { 3, 23 }, { 6, 11 }, { 10, 5 },
		{ 13, 3 }, { 16, 4 } };
	struct yaml *y = tree(source);
	size_t i = 0;
	for (const struct yaml_node *n = yaml_root(y)->first; n; n = n->next, i++) {
		const char *here = strstr(n->text.data, "here");
		int line = 0, column = 0;
		if (here)
			yaml_place(n, (size_t)(here - n->text.data), &line, &column);
		ok(line == expected[i][0] && column == expected[i][1],
			"a place in a %s scalar (%d:%d)", n->key->text.data, line, column);
	}
	yaml_close(y);
}

int main(void)
{
	test_tree();
	test_values();
	test_keys();
	test_refusals();
	test_bounds();
	test_mutilated();
	test_places();
	return done();
}
