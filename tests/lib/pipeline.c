#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static char path[] = "/tmp/duto-pipeline.XXXXXX";

static struct pipeline *read_text(const char *text)
{
	FILE *file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	return pipeline_open(path);
}

static void test_whole(void)
{
	setenv("HOUR", "7", 1);
	struct pipeline *p = read_text("name: mill\n"
				       "vars: {PORT: 1502, HOUR: 6}\n"
				       "stages:\n"
				       "  show:\n"
				       "    from: score\n"
				       "    taps: [read]\n"
				       "    run: to-json\n"
				       "    listen: tcp://127.0.0.1:$PORT\n"
				       "  score:\n"
				       "    from: read\n"
				       "    run: >\n"
				       "      scale --model 'm $x.yaml' |\n"
				       "      forest --hour \"$HOUR h\"\n"
				       "  read:\n"
				       "    run: modbus --port ${PORT}0 --price 5$\n");
	mistake_print(&p->mistakes, stdout);
	ok(p->mistakes.count == 0 && p->stage_count == 3, "a pipeline of three stages");
	const struct stage *show = &p->stages[0], *score = &p->stages[1],
			   *modbus = pipeline_stage(p, "read");
	ok(modbus == &p->stages[2], "a stage by its name");
	ok(show->from[0].stage == 1 && show->taps[0].stage == 2, "what a stage reads");
	ok(p->order[0] == 2 && p->order[1] == 1 && p->order[2] == 0,
		"readers behind what they read");
	ok(score->substage_count == 2 && score->substages[0].count == 3, "words");
	is_str(score->substages[0].argv[2], "m $x.yaml", "single quotes");
	is_str(score->substages[1].argv[2], "7 h",
		"double quotes, and the environment before vars");
	ok(!score->substages[1].argv[3], "argv ends with NULL");
	ok(score->substages[1].words[2].line == 13 && score->substages[1].words[2].column == 22,
		"a word's place");
	is_str(modbus->substages[0].argv[2], "15020", "braces");
	is_str(modbus->substages[0].argv[4], "5$", "a dollar that is itself");
	is_str(show->listen.text, "tcp://127.0.0.1:1502", "an address");
	ok(p->dir[0] == '/', "the file's folder");
	pipeline_close(p);
}

static void mistaken(const char *text, int line, int column, const char *expected)
{
	struct pipeline *p = read_text(text);
	const struct mistake *m = p->mistakes.all;
	bool found = false;
	for (size_t i = 0; i < p->mistakes.count; i++)
		found |= m[i].line == line && m[i].column == column &&
			 strcmp(m[i].text, expected) == 0;
	if (!ok(found, "%d:%d: %s", line, column, expected))
		mistake_print(&p->mistakes, stdout);
	pipeline_close(p);
}

static void test_mistakes(void)
{
	mistaken("", 1, 1, "the file is empty");
	mistaken("stages: {a: {run: sim}}\n", 1, 1, "the pipeline has no name (name: mill)");
	mistaken("name: Mill\nstages: {a: {run: sim}}\n", 1, 7,
		"expected a name of a-z, 0-9 and -, up to 32 characters, found \"Mill\"");
	mistaken("name: m\nstages: {a: {run: sim | | print}}\n", 2, 25, "no filter before this |");
	mistaken("name: m\nstages: {a: {run: sim |}}\n", 2, 23, "no filter behind this |");
	mistaken("name: m\nstages:\n  a:\n    run: sim 'x\n", 4, 14, "this ' is not closed");
	mistaken(
		"name: m\nstages:\n  a:\n    run: sim\n    from: b\n  b:\n    run: x\n    from: c\n"
		"  c:\n    run: x\n    from: a\n",
		11, 11, "the stages read in a circle: a -> c -> b -> a");
	mistaken("name: m\nstages:\n  a:\n    run: sim\n    from: [a]\n", 5, 12,
		"stage a reads itself");
	mistaken("name: m\nstages:\n  a:\n    run: sim > file\n", 4, 14,
		"> is the shell's; run does not go to a shell (put it in quotes if it is meant)");
	mistaken("name: m\nstages:\n  a:\n    run: sim --x amqp://u:p@host/\n", 4, 18,
		"a password does not belong into a command line: name a file that holds it");
	mistaken("name: m\nenvironment: none.env\nstages: {a: {run: sim}}\n", 2, 14,
		"none.env: No such file or directory");
}

static struct pipeline *read_keep(const char *value)
{
	char text[256];
	snprintf(text, sizeof(text),
		"name: m\nvars: {DAYS: 7d}\nstages: {a: {run: sim, keep: %s}}\n", value);
	return read_text(text);
}

static void keeps(const char *value, const char *age, const char *size, bool drop_oldest)
{
	struct pipeline *p = read_keep(value);
	const struct stage_keep *keep = &p->stages[0].keep;
	ok(p->mistakes.count == 0 && keep->line == 3 && !keep->refused &&
			keep->drop_oldest == drop_oldest,
		"keep: %s", value);
	is_str(keep->age, age, "for how long");
	is_str(keep->size, size, "and how much at most");
	pipeline_close(p);
}

static void not_kept(const char *value, int column, const char *expected)
{
	struct pipeline *p = read_keep(value);
	const struct mistake *m = p->mistakes.all;
	bool found = p->mistakes.count == 1 && m->line == 3 && m->column == column &&
		     strcmp(m->text, expected) == 0;
	if (!ok(found, "keep: %s: %s", value, expected))
		mistake_print(&p->mistakes, stdout);
	pipeline_close(p);
}

static void test_keep(void)
{
	static const char form[] =
		"expected a duration (30d), no, or a map with for, max and when-full, found ";
	char text[256];
	struct pipeline *p = read_keep("no");
	ok(p->mistakes.count == 0 && p->stages[0].keep.refused, "keep: no");
	pipeline_close(p);
	p = read_text("name: m\nstages: {a: {run: sim}}\n");
	ok(p->stages[0].keep.line == 0 && !p->stages[0].keep.refused, "nothing said of a keep");
	pipeline_close(p);
	keeps("30d", "30d", NULL, false);
	keeps("$DAYS", "7d", NULL, false);
	keeps("{for: 12h}", "12h", NULL, false);
	keeps("{max: 20G, when-full: drop-oldest}", NULL, "20G", true);
	keeps("{for: 30d, max: 500M, when-full: block}", "30d", "500M", false);
	not_kept("30x", 30, "expected a duration above 0 (30d, 12h), or no, found \"30x\"");
	not_kept("'no'", 30, "expected a duration above 0 (30d, 12h), or no, found \"no\"");
	not_kept("0", 30, "expected a duration above 0 (30d, 12h), or no, found \"0\"");
	not_kept("{for: -1d}", 36, "expected a duration above 0 (30d, 12h), found \"-1d\"");
	not_kept("{max: [1]}", 36, "expected a size above 0 (20G, 500M), found a list");
	not_kept("{max: 20X}", 36, "expected a size above 0 (20G, 500M), found \"20X\"");
	not_kept("{when_full: block}", 31,
		"unknown key \"when_full\" (did you mean \"when-full\"?)");
	not_kept("{max: 1G, when-full: burn}", 51, "expected block or drop-oldest, found \"burn\"");
	not_kept("{when-full: block}", 31,
		"when-full says what happens at max: say how much that is (max: 20G)");
	snprintf(text, sizeof(text), "%sa list", form);
	not_kept("[30d]", 30, text);
	snprintf(text, sizeof(text), "%snothing", form);
	not_kept("", 30, text);
}

static void test_environment_file(void)
{
	char environment[64], text[256];
	snprintf(environment, sizeof(environment), "%s.env", path);
	FILE *file = fopen(environment, "w");
	fputs("# a comment\n\nPLACE = x\nPLANT='north 2'\nnonsense\n9A=1\nOPEN=\"x\n", file);
	fclose(file);
	snprintf(text, sizeof(text),
		"name: m\nvars: {PLANT: south}\nenvironment: %s\nstages: {a: {run: sim $PLANT}}\n",
		environment);
	struct pipeline *p = read_text(text);
	is_str(p->stages[0].substages[0].argv[1], "north 2",
		"the environment file goes before vars");
	ok(p->mistakes.count == 4, "each wrong line is told");
	ok(strcmp(p->mistakes.all[1].path, environment) == 0 && p->mistakes.all[1].line == 5,
		"with its place");
	pipeline_close(p);
	unlink(environment);
}

/* Every prefix of a file: read with mistakes or without, never a crash. */
static void test_prefixes(void)
{
	static const char whole[] =
		"name: m\nvars: {A: b}\nstages:\n  a:\n    run: sim \"$A\" '|' | x\n  b:\n"
		"    from: [a]\n    taps: a\n    run: y\n    keep: {for: 1d, max: 1G, when-full: block}\n";
	char prefix[sizeof(whole)];
	size_t clean = 0;
	for (size_t i = 0; i < sizeof(whole); i++) {
		memcpy(prefix, whole, i);
		prefix[i] = 0;
		struct pipeline *p = read_text(prefix);
		clean += p->mistakes.count == 0;
		pipeline_close(p);
	}
	ok(clean > 0 && clean < sizeof(whole), "every prefix (%zu without mistakes)", clean);
}

int main(void)
{
	close(mkstemp(path));
	test_whole();
	test_mistakes();
	test_keep();
	test_environment_file();
	test_prefixes();
	unlink(path);
	return done();
}
