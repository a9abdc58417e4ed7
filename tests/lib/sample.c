/* Samples: decoded, edited and written, with msgpack-c as the judge, on whole, cut and damaged
 * bytes. */
#include "sample.h"

#include <errno.h>
#include <math.h>
#include <msgpack.h>
#include <stdlib.h>

#include "random.h"
#include "tap.h"

enum { DAMAGED_ROUNDS = 100000, CUTS_MAX = 4096 };

#define TIME	   INT64_C(1767225600000000001)
#define HEAD(keys) keys "\xa4time\xd7\xff\0\0\0\0\0\0\0\1\xa6source\xa1s"

static struct sample_writer writer;
static struct buffer bytes, room;
static struct sample sample;

static void begin(struct str kind)
{
	bytes.len = 0;
	sample_begin(&writer, &bytes, TIME, STR("plant/mill1"), 5, 9, kind);
}

/* Decodes what is in bytes; edits go to room. */
static bool decode(void)
{
	sample = (struct sample){ .room = &room };
	return sample_decode(&sample, bytes.data, bytes.len) == (int)bytes.len;
}

static bool write_plain(void)
{
	begin(STR(""));
	sample_add_number(&writer, STR("torque"), 42.5);
	sample_add_integer(&writer, STR("count"), -3);
	sample_add_text(&writer, STR("mode"), STR("auto"));
	sample_end(&writer);
	return decode();
}

static void write_full(struct str kind)
{
	begin(kind);
	sample_add_number(&writer, STR("torque"), 42.5);
	sample_add_bool(&writer, STR("on"), true);
	sample_add_unsigned(&writer, STR("energy"), UINT64_MAX);
	sample_add_nil(&writer, STR("power"));
	sample_add_name(&writer, STR("blob"));
	wire_bin(writer.out, STR("\x01\x02"));
	sample_add_name(&writer, STR("nested"));
	wire_map(writer.out, 1);
	wire_str(writer.out, STR("a"));
	wire_array(writer.out, 1);
	wire_nil(writer.out);
	sample_add_status(&writer, STR("power"), STATUS_BAD_TIMEOUT);
	sample_add_status(&writer, STR("torque"), STATUS_UNCERTAIN);
	sample_add_via(&writer, STR("model"), STR("m1"));
	sample_end(&writer);
}

static bool write_wide(size_t fields)
{
	char name[16];
	begin(STR(""));
	for (size_t i = 0; i < fields; i++) {
		int len = snprintf(name, sizeof(name), "f%zu", i);
		sample_add_number(&writer, (struct str){ name, (size_t)len }, (double)i);
	}
	sample_end(&writer);
	return decode();
}

/* msgpack-c's text of the sample: {"time"=>(ext: -1)"...", ...}. */
static const char *printed(const struct sample *s)
{
	static char text[8192];
	msgpack_unpacked u;
	size_t offset = 0;
	msgpack_unpacked_init(&u);
	int r = msgpack_unpack_next(&u, (char *)s->data, s->len, &offset);
	text[0] = 0;
	if (r == MSGPACK_UNPACK_SUCCESS && offset == s->len)
		msgpack_object_print_buffer(text, sizeof(text), u.data);
	msgpack_unpacked_destroy(&u);
	char *values = strstr(text, "\"values\"=>");
	return values ? values : "not MessagePack";
}

static bool same_map(const struct sample_map *a, const struct sample_map *b)
{
	return a->head == b->head && a->start == b->start && a->end == b->end &&
	       a->count == b->count;
}

/* Whether the view after edits is what decoding its bytes afresh gives. */
static bool is_sound(struct sample *s)
{
	struct sample fresh = { .room = NULL };
	if (sample_decode(&fresh, s->data, s->len) != (int)s->len)
		return false;
	bool same = same_map(&s->values, &fresh.values) && same_map(&s->quality, &fresh.quality) &&
		    same_map(&s->via, &fresh.via) && str_eq(s->source, fresh.source) &&
		    str_eq(s->kind, fresh.kind) && s->time == fresh.time;
	for (uint32_t i = 0; i < fresh.values.count && i < SAMPLE_INDEXED; i++)
		same &= s->at[i] == fresh.at[i];
	return same;
}

static void becomes(const char *expected, const char *title)
{
	if (ok(is_sound(&sample), "%s: the view and the bytes agree", title))
		is_str(printed(&sample), expected, title);
}

static void test_decode(void)
{
	struct str name;
	struct wire w;
	write_full(STR("event"));
	ok(decode(), "a sample as written decodes");
	ok(sample.time == TIME && sample.run == 5 && sample.seq == 9, "time, run and seq");
	ok(str_eq(sample.source, STR("plant/mill1")) && str_eq(sample.kind, STR("event")),
		"source and kind");
	ok(sample.values.count == 6 && sample.quality.count == 2 && sample.via.count == 1,
		"so many values, qualities, entries of via");
	sample_value(&sample, 2, &name, &w);
	ok(str_eq(name, STR("energy")) && w.type == WIRE_UINT && w.u == UINT64_MAX,
		"a value by its place");
	ok(str_eq(sample_value_bytes(&sample, 5), STR("\x81\xa1\x61\x91\xc0")),
		"the bytes of a nested value");
	write_plain();
	ok(sample_is_measurement(&sample) && !sample.quality.start && !sample.via.start,
		"a plain measurement has none of them");
}

static void test_numbers(void)
{
	struct field torque = { .name = STR("torque") }, power = { .name = STR("power") },
		     absent = { .name = STR("absent") }, on = { .name = STR("on") },
		     blob = { .name = STR("blob") };
	double v;
	write_full(STR(""));
	decode();
	ok(sample_number(&sample, &torque, &v) == STATUS_UNCERTAIN && v == 42.5,
		"an uncertain number is a number");
	ok(sample_number(&sample, &power, &v) == STATUS_BAD_TIMEOUT && isnan(v),
		"a bad one is none");
	ok(sample_number(&sample, &absent, &v) == STATUS_BAD_NO_DATA && isnan(v),
		"nor an absent one");
	ok(sample_number(&sample, &blob, &v) == STATUS_BAD_NO_DATA && isnan(v), "nor bytes");
	ok(sample_number(&sample, &on, &v) == STATUS_GOOD && v == 1, "true counts as 1");
	ok(on.place == 1, "the place is remembered");
	write_plain();
	ok(sample_number(&sample, &torque, &v) == STATUS_GOOD && v == 42.5,
		"a remembered place that holds something else is searched for again");
}

static void test_wide(void)
{
	struct field last = { .name = STR("f99") };
	struct str name;
	struct wire w;
	ok(write_wide(100), "a sample wider than the index decodes");
	sample_value(&sample, 99, &name, &w);
	ok(str_eq(name, STR("f99")) && w.d == 99, "values behind the index are found by place");
	ok(sample_find(&sample, &last, &w) && w.d == 99, "and by name");
	sample_set_text(&sample, &last, STR("x"));
	ok(is_sound(&sample) && sample_find(&sample, &last, &w) && w.type == WIRE_STR,
		"and replaced");
}

static void test_set(void)
{
	struct field torque = { .name = STR("torque") }, mode = { .name = STR("mode") },
		     count = { .name = STR("count") }, fresh = { .name = STR("fresh") };
	write_plain();
	sample_set_number(&sample, &torque, 1.5);
	ok(sample.data == bytes.data, "a float 64 is patched where it stands");
	becomes("\"values\"=>{\"torque\"=>1.500000, \"count\"=>-3, \"mode\"=>\"auto\"}}",
		"patched");
	sample_set_number(&sample, &count, 2);
	becomes("\"values\"=>{\"torque\"=>1.500000, \"count\"=>2.000000, \"mode\"=>\"auto\"}}",
		"an integer replaced by a float");
	sample_set_integer(&sample, &mode, 70000);
	becomes("\"values\"=>{\"torque\"=>1.500000, \"count\"=>2.000000, \"mode\"=>70000}}",
		"a text replaced by an integer");
	sample_set_nil(&sample, &mode);
	sample_set_text(&sample, &fresh, STR("a longer text that takes two bytes of header"));
	becomes("\"values\"=>{\"torque\"=>1.500000, \"count\"=>2.000000, \"mode\"=>nil, "
		"\"fresh\"=>\"a longer text that takes two bytes of header\"}}",
		"a field appended");
	ok(fresh.place == 3, "the place of what was appended is known");
}

static void test_status(void)
{
	write_plain();
	sample_set_status(&sample, STR("count"), STATUS_GOOD);
	ok(sample.data == bytes.data && !sample.quality.start, "Good is not written");
	sample_set_status(&sample, STR("count"), STATUS_BAD);
	becomes("\"values\"=>{\"torque\"=>42.500000, \"count\"=>-3, \"mode\"=>\"auto\"}, "
		"\"quality\"=>{\"count\"=>2147483648}}",
		"a first status");
	sample_set_status(&sample, STR("mode"), STATUS_UNCERTAIN);
	sample_set_status(&sample, STR("count"), STATUS_UNCERTAIN);
	becomes("\"values\"=>{\"torque\"=>42.500000, \"count\"=>-3, \"mode\"=>\"auto\"}, "
		"\"quality\"=>{\"count\"=>1073741824, \"mode\"=>1073741824}}",
		"a second, and the first replaced");
	sample_set_status(&sample, STR("count"), STATUS_GOOD);
	ok(is_sound(&sample) && sample.quality.count == 1, "one taken away");
	sample_set_status(&sample, STR("mode"), STATUS_GOOD);
	becomes("\"values\"=>{\"torque\"=>42.500000, \"count\"=>-3, \"mode\"=>\"auto\"}}",
		"the last takes the map with it");
}

static void test_via(void)
{
	write_plain();
	sample_set_via(&sample, STR("model"), STR("m1"));
	sample_set_status(&sample, STR("count"), STATUS_BAD);
	becomes("\"values\"=>{\"torque\"=>42.500000, \"count\"=>-3, \"mode\"=>\"auto\"}, "
		"\"quality\"=>{\"count\"=>2147483648}, \"via\"=>{\"model\"=>\"m1\"}}",
		"quality goes in front of via");
	sample_set_via(&sample, STR("digest"), STR("0123"));
	sample_set_via(&sample, STR("model"), STR("m2 after m1"));
	becomes("\"values\"=>{\"torque\"=>42.500000, \"count\"=>-3, \"mode\"=>\"auto\"}, "
		"\"quality\"=>{\"count\"=>2147483648}, "
		"\"via\"=>{\"model\"=>\"m2 after m1\", \"digest\"=>\"0123\"}}",
		"an entry of via is replaced");
}

static bool keep_torque(struct str name)
{
	return str_eq(name, STR("torque"));
}

static bool keep_power(struct str name)
{
	return str_eq(name, STR("power"));
}

static void test_select(void)
{
	write_full(STR(""));
	decode();
	sample_select(&sample, keep_torque);
	becomes("\"values\"=>{\"torque\"=>42.500000}, \"quality\"=>{\"torque\"=>1073741824}, "
		"\"via\"=>{\"model\"=>\"m1\"}}",
		"values that are kept keep their quality");
	sample_select(&sample, keep_power);
	becomes("\"values\"=>{}, \"via\"=>{\"model\"=>\"m1\"}}", "none kept");
	sample_set_number(&sample, &(struct field){ .name = STR("new") }, 1);
	becomes("\"values\"=>{\"new\"=>1.000000}, \"via\"=>{\"model\"=>\"m1\"}}",
		"and one appended to none");
}

/* The same sample as other writers may put it: short and long map headers. */
static void test_headers(void)
{
	static const char *const heads[] = { "\x83", "\xde\x00\x03", "\xdf\x00\x00\x00\x03" };
	static const char *const maps[] = { "\x81", "\xde\x00\x01", "\xdf\x00\x00\x00\x01" };
	static const size_t sizes[] = { 1, 3, 5 };
	struct field f = { .name = STR("g") };
	bool sound = true;
	for (int i = 0; i < 9; i++) {
		bytes.len = 0;
		buffer_add(&bytes, heads[i / 3], sizes[i / 3]);
		buffer_add_str(
			&bytes, STR("\xa4time\xd7\xff\0\0\0\0\0\0\0\1\xa6source\xa1s\xa6values"));
		buffer_add(&bytes, maps[i % 3], sizes[i % 3]);
		buffer_add_str(&bytes, STR("\xa1g\x01"));
		sound &= decode();
		sample_set_status(&sample, STR("g"), STATUS_BAD);
		sound &= is_sound(&sample);
		sample_set_number(&sample, &f, 2);
		sample_set_number(&sample, &(struct field){ .name = STR("h") }, 3);
		sound &= is_sound(&sample);
		sample_select(&sample, keep_torque);
		sound &= is_sound(&sample);
	}
	ok(sound, "map headers of every form are edited");
}

/* A quality that leaves takes a key with it, in a header that a source's name stands behind. */
static void test_wide_header(void)
{
	bytes.len = 0;
	buffer_add_str(&bytes, STR(HEAD("\xdf\0\0\0\4") "\xa6values\xde\0\1\xa1g\x01"
							"\xa7quality\xde\0\1\xa1g\xce\x80\0\0\0"));
	ok(decode() && sample_status(&sample, STR("g")) == STATUS_BAD,
		"the longest header decodes");
	sample_select(&sample, keep_torque);
	ok(sample.data == bytes.data && is_sound(&sample) && !sample.quality.start,
		"and is edited where it stands");
}

static void test_many_fields(void)
{
	struct field f = { .name = STR("one more") };
	struct wire w;
	char name[16];
	begin(STR(""));
	bytes.len -= 3;
	buffer_add_str(&bytes, STR("\xdf\x00\x01\x00\x00"));
	for (int i = 0; i < 65536; i++) {
		int len = snprintf(name, sizeof(name), "f%d", i);
		wire_str(&bytes, (struct str){ name, (size_t)len });
		wire_nil(&bytes);
	}
	ok(decode() && sample.values.count == 65536, "65536 fields decode");
	sample_set_number(&sample, &f, 3);
	ok(is_sound(&sample) && sample_find(&sample, &f, &w) && w.d == 3, "and one more");
}

/* Decodes bytes that stand alone in memory of just that size. */
static int decode_exactly(const uint8_t *data, size_t len, struct sample *ret)
{
	uint8_t *exact = malloc(len ? len : 1);
	memcpy(exact, data, len);
	int r = sample_decode(ret, exact, len);
	free(exact);
	return r;
}

static void test_cuts(void)
{
	int whole = 0, wrong = 0;
	write_full(STR("event"));
	for (size_t len = 0; len < bytes.len; len++) {
		int r = decode_exactly(bytes.data, len, &sample);
		whole += r > 0;
		wrong += r < 0;
	}
	ok(whole == 0 && wrong == 0, "every beginning of a sample is a beginning, of %zu cuts",
		bytes.len);
	ok(decode_exactly(bytes.data, bytes.len, &sample) == (int)bytes.len, "and the end its end");
}

static int decode_text(struct str s)
{
	return decode_exactly((const uint8_t *)s.data, s.len, &sample);
}

static void test_wrong(void)
{
	ok(decode_text(STR("\xc0")) == -EBADMSG, "nil is no framing");
	ok(decode_text(STR("hello")) == -EBADMSG, "nor is text");
	ok(decode_text(STR("\xc1")) == -EBADMSG, "nor what is not MessagePack");
	ok(decode_text(STR("\x80")) == -EPROTO && sample.len == 1, "an empty map is no sample");
	ok(decode_text(STR("\x81\xa1\x61\x01rest")) == -EPROTO && sample.len == 4,
		"nor another map, and its length is known");
	ok(decode_text(STR(HEAD("\x82"))) == -EPROTO, "values must be there");
	ok(decode_text(STR(HEAD("\x81") "\xa6values\x80")) == -EPROTO,
		"a key more than the map has is not its own");
	ok(decode_text(STR(HEAD("\x83") "\xa6values\x90")) == -EPROTO, "values must be a map");
	ok(decode_text(STR(HEAD("\x83") "\xa6values\x81\x01\x01")) == -EPROTO,
		"fields have names that are text");
	ok(decode_text(STR(HEAD(
		   "\x84") "\xa6values\x80\xa7quality\x81\xa1g\xcb\0\0\0\0\0\0\0\0")) == -EPROTO,
		"a quality is an integer");
	ok(decode_text(STR("\x83\xa4time\xd6\xff\0\0\0\1\xa6source\xa1s\xa6values\x80")) == -EPROTO,
		"a time has the eight-byte form");
	ok(decode_text(STR("\x83\xa4time\xd7\xff\0\0\0\3\xff\xff\xff\xff\xa6source\xa1s"
			   "\xa6values\x80")) == -EPROTO,
		"a time beyond what nanoseconds can count is refused");
	ok(decode_text(STR(HEAD("\x84") "\xa6values\x80\xa5other\xc3")) > 0,
		"keys that are not known may follow");
}

static bool keep_half(struct str name)
{
	return name.len % 2;
}

/* Every edit, on a sample that decodes. False where the view and its bytes part. */
static bool edit(struct sample *s, struct random *r)
{
	static const struct str names[] = { STR("torque"), STR("nested"), STR("mode"), STR("new") };
	struct str name = names[random_below(r, 4)];
	struct field f = { .name = name, .place = (uint32_t)random_below(r, 8) };
	double v;
	switch (random_below(r, 8)) {
	case 0:
		sample_set_number(s, &f, 1);
		break;
	case 1:
		sample_set_integer(s, &f, (int64_t)random_bits(r));
		break;
	case 2:
		sample_set_text(s, &f, STR("text"));
		break;
	case 3:
		sample_set_nil(s, &f);
		break;
	case 4:
		sample_set_status(s, name, random_below(r, 2) ? STATUS_BAD : STATUS_GOOD);
		break;
	case 5:
		sample_set_via(s, name, STR("told"));
		break;
	case 6:
		sample_select(s, keep_half);
		break;
	case 7:
		sample_number(s, &f, &v);
		break;
	}
	return is_sound(s);
}

static void read_all(const struct sample *s)
{
	struct str name;
	struct wire w;
	for (uint32_t i = 0; i < s->values.count && i < 64; i++) {
		sample_value(s, i, &name, &w);
		sample_value_bytes(s, i);
		sample_status(s, name);
	}
}

static size_t damage(uint8_t *data, size_t len, struct random *r)
{
	for (uint64_t n = random_below(r, 4); n--;)
		data[random_below(r, len)] =
			(uint8_t)(random_below(r, 2) ? random_bits(r) : 0xc0 + random_below(r, 32));
	return random_below(r, 4) ? len : random_below(r, len) + 1;
}

/* 1: decoded and edited, 0: refused, -1: what must not be. */
static int survive(struct random *r)
{
	struct sample s = { .room = &room };
	size_t len = bytes.len;
	uint8_t *exact = malloc(len);
	memcpy(exact, bytes.data, len);
	len = damage(exact, len, r);
	exact = realloc(exact, len);
	int result = sample_decode(&s, exact, len);
	if (result > 0) {
		read_all(&s);
		result = result <= (int)len ? 1 : -1;
		for (int i = 0; result == 1 && i < 4; i++)
			result = edit(&s, r) ? 1 : -1;
	} else {
		result = result == 0 || result == -EBADMSG || result == -EPROTO ? 0 : -1;
	}
	free(exact);
	return result;
}

static void test_damaged(void)
{
	struct random r;
	int good = 0, bad = 0;
	random_seed(&r, 1, 0);
	for (int i = 0; i < DAMAGED_ROUNDS; i++) {
		if (i % 3 == 0)
			write_plain();
		else if (i % 3 == 1)
			write_full(STR(""));
		else
			write_full(STR("event"));
		int result = survive(&r);
		good += result == 1;
		bad += result == -1;
	}
	ok(bad == 0, "%d damaged samples: refused, or read and edited soundly; %d not",
		DAMAGED_ROUNDS, bad);
	ok(good > DAMAGED_ROUNDS / 10, "%d of them were edited", good);
}

int main(void)
{
	test_decode();
	test_numbers();
	test_wide();
	test_set();
	test_status();
	test_via();
	test_select();
	test_headers();
	test_wide_header();
	test_many_fields();
	test_cuts();
	test_wrong();
	test_damaged();
	buffer_free(&room);
	buffer_free(&bytes);
	return done();
}
