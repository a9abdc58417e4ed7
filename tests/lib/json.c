/* Samples as JSON lines: both ways, hostile lines, and jansson as the judge of what JSON is. */
#include "json/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "tap.h"

static struct json_reader reader;
static struct sample_writer writer;
static struct buffer packed, text;

/* Reads a line as a sample into packed; its bytes stand alone, for the sanitizer. */
static bool read_line(const char *line, size_t len, const struct json_flat *flat)
{
	char *copy = malloc(len ? len : 1);
	memcpy(copy, line, len);
	bool good = json_read(&reader, copy, len, flat) == 0;
	if (good) {
		packed.len = 0;
		sample_begin(&writer, &packed, reader.time, reader.source, reader.run, reader.seq,
			reader.kind);
		json_add(&reader, &writer);
		sample_end(&writer);
	}
	free(copy);
	return good;
}

/* The sample in packed as text, without the newline. */
static const char *written(void)
{
	struct sample s;
	text.len = 0;
	if (sample_decode(&s, packed.data, packed.len) != (int)packed.len)
		return "not a sample";
	json_write(&text, &s);
	text.data[text.len - 1] = 0;
	return (const char *)text.data;
}

#define HEAD "{\"time\":\"2026-01-01T00:00:00Z\",\"source\":\"plant/mill1\",\"run\":1,\"seq\":1"

static void becomes(const char *line, const char *expected, const char *title)
{
	if (!read_line(line, strlen(line), NULL))
		ok(false, "%s: %zu: %s", title, reader.parser.column, reader.parser.error);
	else
		is_str(written(), expected, title);
}

static void stays(const char *line, const char *title)
{
	becomes(line, line, title);
}

static void values_become(const char *values, const char *expected)
{
	char line[512], wanted[512];
	snprintf(line, sizeof(line), HEAD ",\"kind\":\"raw\",\"values\":{%s}}", values);
	snprintf(wanted, sizeof(wanted), HEAD ",\"kind\":\"raw\",\"values\":{%s}}", expected);
	becomes(line, wanted, values);
}

static void forms(void)
{
	stays(HEAD ",\"values\":{}}", "no values");
	stays(HEAD ",\"values\":{\"a\":1,\"b\":-5,\"c\":1.0,\"d\":0.1,\"e\":true,\"f\":false,\"g\":"
		   "null,"
		   "\"h\":\"text\"}}",
		"each type of value");
	stays(HEAD ",\"kind\":\"event\",\"values\":{\"a\":{\"b\":[1,2.0,{\"c\":null}],\"d\":{}},"
		   "\"e\":[]}}",
		"nested values of an event");
	stays(HEAD ",\"values\":{\"torque\":42.8},\"quality\":{\"torque\":2147483648},\"via\":{"
		   "\"model\":\"m\"}}",
		"quality and via");
	becomes(" { \"values\" : { \"a\" : 1 } , \"seq\" : 1 , \"run\" : 1 "
		",\"source\":\"plant/mill1\" ,\t"
		"\"time\" : \"2026-01-01T00:00:00Z\" } ",
		HEAD ",\"values\":{\"a\":1}}", "keys in any order, with spaces");
	becomes(HEAD ",\"values\":{\"a\":1},\"quality\":{\"a\":\"Bad\",\"b\":\"Good\",\"c\":"
		     "\"Uncertain\"}}",
		HEAD ",\"values\":{\"a\":1},\"quality\":{\"a\":2147483648,\"c\":1073741824}}",
		"qualities by name; Good is left out");
	becomes(HEAD ",\"kind\":\"\",\"values\":{}}", HEAD ",\"values\":{}}",
		"an empty kind is none");
	becomes("{\"time\":\"2026-01-01T01:00:00.5+01:00\",\"source\":\"\\u0061\\/"
		"b\",\"run\":1,\"seq\":1,"
		"\"kind\":\"\\u00e9v\",\"values\":{}}",
		"{\"time\":\"2026-01-01T00:00:00.500Z\",\"source\":\"a/b\",\"run\":1,\"seq\":1,"
		"\"kind\":\"év\",\"values\":{}}",
		"escapes in source and kind");
}

static void values(void)
{
	values_become("\"a\":9223372036854775807", "\"a\":9223372036854775807");
	values_become("\"a\":18446744073709551615", "\"a\":18446744073709551615");
	values_become("\"a\":-9223372036854775808", "\"a\":-9223372036854775808");
	values_become("\"a\":3.0", "\"a\":3.0");
	values_become("\"a\":3e0,\"b\":1E3,\"c\":1e+2", "\"a\":3.0,\"b\":1000.0,\"c\":100.0");
	values_become("\"a\":-0.0,\"b\":-0", "\"a\":-0.0,\"b\":0");
	values_become("\"a\":1e300", "\"a\":1e+300");
	values_become("\"a\":9223372036854775808.0", "\"a\":9223372036854776000.0");
	values_become("\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\"",
		"\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\"");
	values_become("\"\\u00e9\":\"\\ud83d\\ude00\\u20ac\"", "\"é\":\"😀€\"");
	values_become("\"a long name with é in it\":\"a long text with \\u0000 in it\"",
		"\"a long name with é in it\":\"a long text with \\u0000 in it\"");
	values_become("\"a\":{\"$bin\":\"AAEC/w==\"}", "\"a\":{\"$bin\":\"AAEC/w==\"}");
	values_become("\"a\":{ \"$bin\" : \"\" }", "\"a\":{\"$bin\":\"\"}");
	values_become("\"a\":{\"$ext\":[-1,\"AAAAAA==\"]}", "\"a\":{\"$ext\":[-1,\"AAAAAA==\"]}");
	values_become("\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]",
		"\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]");
	values_become("\"a\":{\"a\":{\"a\":1},\"b\":2},\"b\":{\"a\":1}",
		"\"a\":{\"a\":{\"a\":1},\"b\":2},\"b\":{\"a\":1}");
}

static void not_numbers(void)
{
	packed.len = 0;
	sample_begin(&writer, &packed, 0, STR("s"), 1, 1, STR(""));
	sample_add_number(&writer, STR("a"), NAN);
	sample_add_number(&writer, STR("b"), -INFINITY);
	sample_add_text(&writer, STR("c"), STR("x\xff\xc3y"));
	sample_end(&writer);
	is_str(written(),
		"{\"time\":\"1970-01-01T00:00:00Z\",\"source\":\"s\",\"run\":1,\"seq\":1,"
		"\"values\":{\"a\":null,\"b\":null,\"c\":\"x\xef\xbf\xbd\xef\xbf\xbdy\"}}",
		"NaN and infinity are null, wrong bytes U+FFFD");
}

static void refuses(const char *line, size_t column, const char *part)
{
	bool good = read_line(line, strlen(line), NULL);
	if (!ok(!good && reader.parser.column == column && strstr(reader.parser.error, part),
		    "%zu: %s: %.70s", column, part, line))
		printf("# %zu: %s\n", reader.parser.column, good ? "taken" : reader.parser.error);
}

#define VALUES "{\"values\":{\"a\":"

static void structure_errors(void)
{
	refuses("", 1, "expected '{', found the end of the line");
	refuses("[]", 1, "expected '{', found '['");
	refuses("{", 2, "expected a key in '\"', found the end of the line");
	refuses("{}", 3, "expected \"values\"");
	refuses("{\"values\":{}", 13, "expected ',' or '}'");
	refuses("{\"values\":{}} x", 15, "expected the end of the line, found 'x'");
	refuses("{\"values\":{},}", 14, "expected a key");
	refuses("{\"value\":{}}", 2, "expected time, source");
	refuses("{\"values\":{},\"values\":{}}", 14, "twice in the sample");
	refuses("{\"values\" {}}", 11, "expected ':'");
	refuses("{\"values\":[]}", 11, "values as an object");
	refuses("{\"values\":{},\"run\":1}", 22, "\"run\" and \"seq\" together");
	refuses("{\"values\":{},\"run\":-1}", 20, "below 2^53, found '-'");
	refuses("{\"values\":{},\"run\":9007199254740992}", 20, "below 2^53");
	refuses("{\"values\":{},\"seq\":1.0}", 20, "an integer");
	refuses("{\"values\":{},\"time\":1}", 21, "a time such as");
	refuses("{\"values\":{},\"time\":\"2026-02-30\"}", 21, "a time such as");
	refuses("{\"values\":{},\"time\":\"1969-12-31\"}", 21, "from 1970 on");
	refuses("{\"values\":{},\"source\":null}", 23, "the source in");
	refuses("{\"values\":{},\"quality\":{\"a\":\"bad\"}}", 29, "a status");
	refuses("{\"values\":{},\"quality\":{\"a\":4294967296}}", 29, "a status");
	refuses("{\"values\":{\"a\":1,\"b\":2,\"a\":3}}", 24, "twice in one object");
	refuses("{\"values\":{\"a\":1,\"\\u0061\":3}}", 18, "twice in one object");
	refuses("{\"values\":{\"a\":{}}}", 16, "a measurement's value");
	refuses("{\"values\":{\"a\":[1]}}", 16, "a measurement's value");
}

static void value_errors(void)
{
	refuses(VALUES "}}", 16, "expected a value, found '}'");
	refuses(VALUES "nul}}", 16, "expected a value, found 'n'");
	refuses(VALUES "NaN}}", 16, "expected a value");
	refuses(VALUES "-}}", 17, "expected a digit, found '}'");
	refuses(VALUES "-.5}}", 17, "expected a digit, found '.'");
	refuses(VALUES ".5}}", 16, "expected a value, found '.'");
	refuses(VALUES "01}}", 16, "leading zeros");
	refuses(VALUES "1.}}", 18, "a digit behind the point");
	refuses(VALUES "1e}}", 18, "a digit behind the point or exponent");
	refuses(VALUES "1e400}}", 16, "too large");
	refuses(VALUES "18446744073709551616}}", 16, "64 bits");
	refuses(VALUES "-9223372036854775809}}", 16, "64 bits");
	refuses(VALUES "1 2}}", 18, "',' or '}'");
	refuses(VALUES "\"abc", 20, "at the end of the text");
	refuses(VALUES "\"a\tb\"}}", 18, "control characters");
	refuses(VALUES "\"\\x\"}}", 18, "behind \\");
	refuses(VALUES "\"\\u12g4\"}}", 21, "four hex digits");
	refuses(VALUES "\"\\ud800\"}}", 17, "a high surrogate");
	refuses(VALUES "\"\\ud800\\u0041\"}}", 17, "a high surrogate");
	refuses(VALUES "\"\\udc00\"}}", 17, "a low surrogate");
	refuses(VALUES "\"ab\xff\"}}", 19, "text in UTF-8, found byte 0xff");
	refuses(VALUES "\"\xc0\x80\"}}", 17, "UTF-8");
	refuses(VALUES "\"\xed\xa0\x80\"}}", 17, "UTF-8");
	refuses(VALUES "\"\xf4\x90\x80\x80\"}}", 17, "UTF-8");
	refuses(VALUES "\"\xe2\x82\"}}", 17, "UTF-8");
	refuses(VALUES "{\"$bin\":\"AA=\"}}}", 24, "expected base64");
	refuses(VALUES "{\"$bin\":\"AB==\"}}}", 24, "expected base64");
	refuses(VALUES "{\"$bin\":1}}}", 24, "base64");
	refuses(VALUES "{\"$ext\":[200,\"\"]}}}", 25, "-128 to 127");
}

static void depth(void)
{
	char line[200];
	for (int n = JSON_DEPTH; n <= JSON_DEPTH + 1; n++) {
		int len = snprintf(line, sizeof(line),
			"{\"kind\":\"raw\",\"values\":{\"a\":%.*s%.*s}}", n, "[[[[[[[[[[[[[[[[[[[[",
			n, "]]]]]]]]]]]]]]]]]]]]");
		bool good = read_line(line, (size_t)len, NULL);
		ok(good == (n == JSON_DEPTH), "%d levels of nesting %s", n,
			good ? "are taken" : "are not");
		struct cursor c = wire_cursor(buffer_str(&packed));
		ok(!good || wire_skip(&c) == 1, "and the sample can be stepped over");
	}
}

static void many_keys(void)
{
	struct buffer line = { 0 };
	char entry[64];
	buffer_add_str(&line, STR("{\"values\":{"));
	for (int i = 0; i < 65535; i++) {
		int n = snprintf(entry, sizeof(entry), "%s\"field_with_a_long_name_%d_x\":%d",
			i ? "," : "", i, i);
		buffer_add(&line, entry, (size_t)n);
	}
	size_t so_far = line.len;
	buffer_add_str(&line, STR("}}"));
	ok(read_line((char *)line.data, line.len, NULL), "65535 values");
	struct sample s;
	ok(sample_decode(&s, packed.data, packed.len) > 0 && s.values.count == 65535,
		"all are there");
	line.len = so_far;
	buffer_add_str(&line, STR(",\"field_with_a_long_name_77_x\":1}}"));
	ok(!read_line((char *)line.data, line.len, NULL) && strstr(reader.parser.error, "twice"),
		"one of them twice is found");
	line.len = so_far;
	buffer_add_str(&line, STR(",\"x\":1}}"));
	ok(!read_line((char *)line.data, line.len, NULL) && strstr(reader.parser.error, "65535"),
		"one more is too many");
	buffer_free(&line);
}

static void flat_records(void)
{
	struct json_flat flat = { STR("t"), STR("s"), 1000000 };
	static const char line[] =
		"{\"t\":1767225600123.25,\"s\":\"m1\",\"value\":230.6,\"ok\":true,\"n\":\"x\"}";
	ok(read_line(line, sizeof(line) - 1, &flat), "a flat record");
	ok(reader.has_time && reader.time == 1767225600123250000,
		"its time, in milliseconds, exact");
	is_str(written(),
		"{\"time\":\"2026-01-01T00:00:00.123250Z\",\"source\":\"m1\",\"run\":0,\"seq\":0,"
		"\"values\":{\"value\":230.6,\"ok\":true,\"n\":\"x\"}}",
		"and its values");
	static const char *const wrong[] = { "{\"t\":-1}", "{\"t\":1e3}", "{\"t\":1,\"t\":2}",
		"{\"t\":true}", "{\"t\":9223372036855}", "{\"t\":99999999999999999999}",
		"{\"s\":1}", "{\"a\":[1]}", "{\"t\":1.5e3}", "{\"a\":1,}", "{\"t\":\"today\"}" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok(!read_line(wrong[i], strlen(wrong[i]), &flat), "not taken: %s: %s", wrong[i],
			reader.parser.error);
	ok(read_line("{}", 2, &flat), "an empty record");
}

static uint64_t seed = 88172645463325252;

static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % n;
}

/* Lines with a few bytes changed: what is taken, jansson takes too, and writing it and reading it
 * again changes nothing. */
static void mutations(void)
{
	static const char *const lines[] = {
		HEAD ",\"kind\":\"event\",\"values\":{\"a\":{\"b\":[1,2.5e-3,{\"c\":null}],\"d\":{}"
		     "},\"e\":[]}}",
		HEAD ",\"values\":{\"torque\":42.8,\"n\":-17,\"t\":\"x\\u00e9\\n\",\"u\":true},"
		     "\"quality\":{\"torque\":2147483648,\"n\":\"Bad\"},\"via\":{\"model\":\"m\"}}",
		HEAD ",\"kind\":\"raw\",\"values\":{\"a\":{\"$bin\":\"AAEC/"
		     "w==\"},\"b\":{\"$ext\":[5,\"AA==\"]}}}",
	};
	static const char bytes[] = "{}[]\",:\\u0123456789eE+-.truefalsn\xc3\xa9\xff \n";
	long wrong = 0, taken = 0;
	for (int i = 0; i < 300000; i++) {
		char line[512];
		size_t len = strlen(strcpy(line, lines[random_below(3)]));
		for (uint32_t n = 1 + random_below(3); n; n--)
			line[random_below((uint32_t)len)] = bytes[random_below(sizeof(bytes) - 1)];
		if (random_below(10) == 0)
			len = random_below((uint32_t)len);
		if (!read_line(line, len, NULL))
			continue;
		taken++;
		json_t *judged =
			json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		char *once = strdup(written());
		bool again = read_line(once, strlen(once), NULL);
		if (!judged || !again || strcmp(written(), once) != 0) {
			wrong++;
			printf("# %.*s\n# %s\n", (int)len, line, once);
		}
		json_decref(judged);
		free(once);
	}
	ok(wrong == 0 && taken > 1000, "mutated lines: %ld taken, %ld of them wrong", taken, wrong);
}

int main(void)
{
	forms();
	values();
	not_numbers();
	structure_errors();
	value_errors();
	depth();
	many_keys();
	flat_records();
	mutations();
	json_free(&reader);
	buffer_free(&packed);
	buffer_free(&text);
	buffer_free(&writer.quality);
	buffer_free(&writer.via);
	return done();
}
