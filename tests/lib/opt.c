/* The option table: what is accepted, what is refused and in which words, help and description. */
#include "opt.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static bool flag;
static const char *text, *file, *choice;
static int64_t count, size, every, start;
static double number;
static struct opt_list list, words, files;

static const struct opt options[] = {
	{ .name = "flag", .type = OPT_FLAG, .to = &flag, .help = "a flag" },
	{ .name = "text", .type = OPT_TEXT, .to = &text, .arg = "NAME", .help = "a text" },
	{ .name = "file", .type = OPT_FILE, .to = &file, .arg = "FILE", .help = "a file" },
	{ .name = "choice",
		.type = OPT_CHOICE,
		.to = &choice,
		.choices = "red|green",
		.help = "a choice" },
	{ .name = "count",
		.type = OPT_INTEGER,
		.to = &count,
		.min = 1,
		.max = 1e6,
		.help = "an integer" },
	{ .name = "size", .type = OPT_SIZE, .to = &size, .help = "a size" },
	{ .name = "number", .type = OPT_NUMBER, .to = &number, .help = "a \"number\"" },
	{ .name = "every",
		.type = OPT_DURATION,
		.to = &every,
		.incidental = true,
		.help = "a duration" },
	{ .name = "start", .type = OPT_TIME, .to = &start, .help = "a time" },
	{ .name = "list", .type = OPT_LIST, .to = &list, .help = "a list" },
	{ .name = "word", .type = OPT_TEXT, .to = &words, .repeat = true, .help = "words" },
	{ .name = "files",
		.type = OPT_TEXT,
		.to = &files,
		.positional = true,
		.repeat = true,
		.help = "the rest" },
	OPT_END,
};
static const struct opt *const tables[] = { options, NULL };

enum { ARGUMENTS = 8 };

/* Parses in a process of its own, as each program does it once: the values come back by `then`. The
 * error, or an empty text. */
static char answer[1024];

static int parse_here(char **argv, char **ret_error)
{
	int argc = 0;
	while (argv[argc])
		argc++;
	*ret_error = NULL;
	return opt_parse(tables, argc, argv, ret_error);
}

static void child(int to, char **argv, void (*then)(char *answer, size_t size))
{
	char *error, reply[sizeof(answer)] = "";
	if (parse_here(argv, &error))
		snprintf(reply, sizeof(reply), "%s", error);
	else if (then)
		then(reply, sizeof(reply));
	free(error);
	_exit(write(to, reply, strlen(reply)) < 0);
}

static const char *parsed(char **argv, void (*then)(char *answer, size_t size))
{
	int ends[2];
	if (pipe(ends))
		abort();
	fflush(stdout);
	if (fork() == 0)
		child(ends[1], argv, then);
	close(ends[1]);
	size_t len = 0;
	for (ssize_t n; (n = read(ends[0], answer + len, sizeof(answer) - 1 - len)) > 0;)
		len += (size_t)n;
	answer[len] = 0;
	close(ends[0]);
	return answer;
}

#define PARSED(then, ...)   parsed((char *[]){ "test", __VA_ARGS__, NULL }, then)
#define REFUSED(error, ...) is_str(PARSED(NULL, __VA_ARGS__), error, error)

static void tell_count(char *to, size_t room)
{
	snprintf(to, room, "%lld", (long long)count);
}

static void tell_size(char *to, size_t room)
{
	snprintf(to, room, "%lld", (long long)size);
}

static void tell_number(char *to, size_t room)
{
	snprintf(to, room, "%.17g", number);
}

static void tell_every(char *to, size_t room)
{
	snprintf(to, room, "%lld", (long long)every);
}

static void tell_start(char *to, size_t room)
{
	snprintf(to, room, "%lld", (long long)start);
}

static void tell_words(char *to, size_t room)
{
	const struct opt_list *lists[] = { &list, &words, &files };
	int len = snprintf(to, room, "%s %s", flag ? "flag" : "-", text ? text : "-");
	for (int i = 0; i < 3; i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			len += snprintf(to + len, room - (size_t)len, "%s%s", j ? "," : " ",
				lists[i]->words[j]);
}

static void test_numbers(void)
{
	is_str(PARSED(tell_count, "--count", "10k"), "10000", "10k");
	is_str(PARSED(tell_count, "--count=1"), "1", "--count=1");
	is_str(PARSED(tell_count, "--count", "1.5k"), "1500", "1.5k");
	is_str(PARSED(tell_size, "--size", "64k"), "65536", "64k bytes");
	is_str(PARSED(tell_size, "--size", "1.5M"), "1572864", "1.5M bytes");
	is_str(PARSED(tell_number, "--number", "2%"), "0.02", "2%");
	is_str(PARSED(tell_number, "--number", "-1e-3"), "-0.001", "a negative number");
	is_str(PARSED(tell_every, "--every", "50ms"), "50000000", "50ms");
	is_str(PARSED(tell_every, "--every", "1.5h"), "5400000000000", "1.5h");
	is_str(PARSED(tell_every, "--every", "0"), "0", "0 needs no unit");
	is_str(PARSED(tell_start, "--start", "2026-01-01T00:00:00Z"), "1767225600000000000",
		"a time");
}

static void test_refused_values(void)
{
	REFUSED("--count: 0 is not from 1 to 1e+06", "--count", "0");
	REFUSED("--count: 5x is not an integer (5, 10k, 3M)", "--count", "5x");
	REFUSED("--count: 1.5 is not an integer (5, 10k, 3M)", "--count", "1.5");
	REFUSED("--count:  is not an integer (5, 10k, 3M)", "--count", "");
	REFUSED("--count: 0x10 is not an integer (5, 10k, 3M)", "--count", "0x10");
	REFUSED("--count: 1e400 is not an integer (5, 10k, 3M)", "--count", "1e400");
	REFUSED("--count: 99999999999999999999 is not an integer (5, 10k, 3M)", "--count",
		"99999999999999999999");
	REFUSED("--size: -1 is not a size (512, 64k, 16M)", "--size", "-1");
	REFUSED("--number: nan is not a number (0.5, 2%)", "--number", "nan");
	REFUSED("--number: 1e999 is not a number (0.5, 2%)", "--number", "1e999");
	REFUSED("--every: 5 is not a duration (5s, 50ms, 2m, 1h, 30d)", "--every", "5");
	REFUSED("--every: s is not a duration (5s, 50ms, 2m, 1h, 30d)", "--every", "s");
	REFUSED("--start: 2026-02-30T00:00:00Z is not a time (2026-01-01T00:00:00Z, -24h)",
		"--start", "2026-02-30T00:00:00Z");
	REFUSED("--choice: gre is not one of red|green", "--choice", "gre");
	REFUSED("--file: absent: No such file or directory", "--file", "absent");
}

static void test_words(void)
{
	is_str(PARSED(tell_words, "--list", "a,b", "--word", "c", "--word=d", "e", "--flag", "f"),
		"flag - a,b c,d e,f", "lists, repeated options and the words that are left");
	is_str(PARSED(tell_words, "--text=", "--", "--flag"), "-  --flag",
		"an empty value; behind -- all are words");
	is_str(PARSED(tell_words, "--text", "--flag", "-"), "- --flag -",
		"an option's value may begin with dashes; a dash is a word");
}

static void test_refused_options(void)
{
	REFUSED("unknown option --flga (did you mean --flag?)", "--flga");
	REFUSED("unknown option --fil (did you mean --file?)", "--fil", "x");
	REFUSED("unknown option --elsewhere (--help lists them)", "--elsewhere=1");
	REFUSED("unknown option -f (options have two dashes; --help lists them)", "-f");
	REFUSED("--text needs a value: NAME", "--text");
	REFUSED("--flag takes no value", "--flag=yes");
	REFUSED("--text is given twice", "--text", "a", "--text", "b");
}

static void tell_hash(char *to, size_t room)
{
	snprintf(to, room, "%llx", (unsigned long long)opt_hash(tables));
}

static char *hash_of(char **argv)
{
	return strdup(parsed(argv, tell_hash));
}

static void test_hash(void)
{
	char *none = hash_of((char *[]){ "test", NULL });
	char *incidental = hash_of((char *[]){ "test", "--every", "1s", NULL });
	char *one = hash_of((char *[]){ "test", "--text", "a", NULL });
	char *other = hash_of((char *[]){ "test", "--text", "b", NULL });
	char *same = hash_of((char *[]){ "test", "--text=a", NULL });
	ok(strcmp(none, incidental) == 0, "what does not shape samples is not in the hash");
	ok(strcmp(one, none) && strcmp(one, other), "what does is");
	is_str(same, one, "however it is written");
	free(none);
	free(incidental);
	free(one);
	free(other);
	free(same);
}

static void test_description(void)
{
	char *out;
	size_t len;
	FILE *f = open_memstream(&out, &len);
	fputc('[', f);
	opt_describe(options, f, true);
	fputc(']', f);
	fclose(f);
	json_t *all = json_loads(out, 0, NULL);
	ok(json_array_size(all) == 12, "the description is JSON, an entry an option");
	json_t *o = json_array_get(all, 6);
	is_str(json_string_value(json_object_get(o, "help")), "a \"number\"",
		"with quotes in place");
	is_str(json_string_value(json_object_get(o, "type")), "number", "and types");
	json_decref(all);
	free(out);
}

static void test_help(void)
{
	char *out;
	size_t len;
	FILE *f = open_memstream(&out, &len);
	bool all = true;
	every = 90000000000;
	opt_help(options, f);
	fclose(f);
	for (const struct opt *o = options; o->name; o++)
		all &= strstr(out, o->name) != NULL;
	ok(all, "help names every option");
	ok(strstr(out, "a duration [90s]"), "and tells the default");
	ok(strstr(out, "--choice red|green"), "and the choices");
	free(out);
}

static void test_suggest(void)
{
	static const char *const names[] = { "forest", "from-csv", "print", "select" };
	is_str(opt_suggest("forrest", names, 4), "forest", "a letter too many");
	is_str(opt_suggest("pritn", names, 4), "print", "two changed places");
	is_str(opt_suggest("from", names, 4), "from-csv", "a beginning");
	is_str(opt_suggest("dashboard", names, 4), NULL, "nothing near");
}

int main(void)
{
	test_numbers();
	test_refused_values();
	test_words();
	test_refused_options();
	test_hash();
	test_help();
	test_description();
	test_suggest();
	return done();
}
