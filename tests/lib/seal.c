/* Sealed blocks: whatever goes in comes out, and nothing damaged does. */
#include "seal/seal.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "random.h"
#include "sample.h"
#include "seal/parts.h"
#include "tap.h"

enum { BLOCK = 300, RANDOM_ROUNDS = 3000, HOSTILE_BLOCK = 12 };

static const int64_t start_time = INT64_C(1767225600000000000);

static struct random generator;
static struct seal *seal;
static struct buffer in, sealed, out;

static bool comes_back(void)
{
	sealed.len = out.len = 0;
	return seal_pack(seal, buffer_str(&in), &sealed) == 0 &&
	       seal_unpack(seal, buffer_str(&sealed), STR(""), &out) == 0 &&
	       str_eq(buffer_str(&out), buffer_str(&in));
}

/* Comes back, and as columns: in less than a part of its bytes. */
static void ok_small(size_t part, const char *title)
{
	bool same = comes_back() && seal->body.data[0] == SEAL_COLUMNS;
	if (!ok(same && sealed.len * part < in.len, "%s: comes back, in less than 1/%zu", title,
		    part))
		printf("# %zu bytes, sealed %zu, back %zu\n", in.len, sealed.len, out.len);
	in.len = 0;
}

static struct sample_writer *begin_from(const char *source, uint64_t seq, const char *kind)
{
	static struct sample_writer w;
	sample_begin(
		&w, &in, start_time + (int64_t)seq * 100000000, str(source), 7, seq, str(kind));
	return &w;
}

static struct sample_writer *begin(uint64_t seq)
{
	return begin_from("plant/line1/m1", seq, "");
}

static double reading(double middle, int decimals)
{
	double parts = pow(10, decimals);
	return round((middle + random_normal(&generator)) * parts) / parts;
}

static void add_readings(uint64_t seq, const char *source, int fields)
{
	struct sample_writer *w = begin_from(source, seq, "");
	for (int k = 0; k < fields; k++) {
		char name[16];
		snprintf(name, sizeof(name), "field_%d", k);
		sample_add_number(w, str(name), reading(230, k % 4));
	}
	sample_end(w);
}

static void test_numbers(void)
{
	static const double odd[] = { 0.0, -0.0, NAN, -NAN, INFINITY, -INFINITY, DBL_MIN,
		DBL_TRUE_MIN, -DBL_TRUE_MIN, DBL_MAX, 0x1p51, -0x1p51, 0x1p52, 0x1p53, 0x1p53 + 2,
		9007199254740993.0, 0.1, 1e-9, 1e-10, 1e300, 1.0 / 3 };
	for (uint64_t i = 0; i < BLOCK; i++)
		add_readings(i, "plant/line1/m1", 20);
	ok_small(12, "readings of up to 3 decimals");
	for (uint64_t i = 0; i < BLOCK; i++) {
		struct sample_writer *w = begin(i);
		sample_add_number(w, STR("a"), odd[random_below(&generator, 21)]);
		sample_add_number(w, STR("b"), 1 / (1.0 + (double)i));
		sample_add_number(w, STR("c"), 1e15 + (double)i);
		sample_add_number(w, STR("d"), (double)i * (i % 2 ? 1e-9 : -1e-9));
		sample_add_number(w, STR("e"), i == BLOCK - 1 ? 0.001 : (double)i);
		sample_end(w);
	}
	ok_small(4, "zeros, infinities, NaN, denormals, and what is no decimal");
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct sample_writer *w = begin(0);
		in.len = 0;
		w = begin(i);
		sample_add_number(w, STR("a"), odd[i]);
		sample_end(w);
		if (!comes_back())
			ok(false, "%a alone", odd[i]);
	}
	in.len = 0;
}

static void test_integers(void)
{
	for (uint64_t i = 0; i < BLOCK; i++) {
		struct sample_writer *w = begin(i);
		unsigned shift = (unsigned)random_below(&generator, 64);
		uint64_t any = random_bits(&generator) >> shift;
		sample_add_integer(w, STR("counter"), (int64_t)i + 100);
		sample_add_integer(w, STR("down"), 40 - (int64_t)i);
		sample_add_integer(w, STR("any"), (int64_t)any);
		sample_add_integer(w, STR("edge"), i % 2 ? INT64_MAX : INT64_MIN);
		sample_add_unsigned(w, STR("register"), UINT64_C(5000000000) + i * 17);
		sample_add_bool(w, STR("on"), i % 3);
		sample_end(w);
	}
	ok_small(5, "integers of all lengths, and bools");
	for (uint64_t i = 0; i < BLOCK; i++) {
		struct sample_writer *w = begin(i);
		sample_add_unsigned(w, STR("u"), UINT64_MAX - i);
		sample_add_name(w, STR("long"));
		wire_uint64(w->out, i);
		sample_add_name(w, STR("signed"));
		wire_tag(w->out, 0xd1);
		wire_store16(buffer_reserve(w->out, 2), 300);
		w->out->len += 2;
		sample_add_name(w, STR("float32"));
		wire_tag(w->out, 0xca);
		wire_store32(buffer_reserve(w->out, 4), 0x43660000 + (uint32_t)i);
		w->out->len += 4;
		sample_end(w);
	}
	ok_small(10, "integers beyond int64 or not in their shortest form, and float 32");
}

static void test_texts(void)
{
	char text[64], longer[400];
	memset(longer, 'x', sizeof(longer));
	for (uint64_t i = 0; i < BLOCK; i++) {
		struct sample_writer *w = begin(i);
		snprintf(text, sizeof(text), "M%d", 14860 + (int)i);
		sample_add_text(w, STR("product"), str(text));
		sample_add_text(w, STR("state"), i / 100 % 2 ? STR("running") : STR("idle"));
		snprintf(text, sizeof(text), "%04d", (int)i * 7 % 2000);
		sample_add_text(w, STR("batch"), str(text));
		sample_add_text(w, STR("empty"), STR(""));
		sample_add_text(w, STR("long"), (struct str){ longer, i });
		sample_add_name(w, STR("bytes"));
		wire_bin(w->out, (struct str){ longer, i % 7 });
		sample_add_via(w, STR("model"), i > 200 ? STR("m2") : STR("m1"));
		sample_end(w);
	}
	ok_small(10, "texts and bytes that change");
}

static void test_serial_numbers(void)
{
	static const int first[] = { 47180, 14859, 29413 };
	char text[64];
	int each[3] = { 100, 5000, 7 };
	for (uint64_t i = 0; i < BLOCK; i++) {
		size_t type = random_below(&generator, 3);
		struct sample_writer *w = begin(i);
		snprintf(text, sizeof(text), "%c%d", "LMH"[type], first[type] + (int)i);
		sample_add_text(w, STR("by_row"), str(text));
		snprintf(text, sizeof(text), "%c-%d", "LMH"[type], each[type]++);
		sample_add_text(w, STR("by_head"), str(text));
		sample_end(w);
	}
	ok_small(80, "numbers of texts that count on by row or by head");
}

/* A field each that takes another way: decimals, XOR, integers, texts that differ. */
static void add_mixed(struct buffer *expected, uint64_t seq, const char *source, bool expect)
{
	char text[32];
	size_t start = in.len;
	struct sample_writer *w = begin_from(source, seq, "");
	sample_add_number(w, STR("decimal"), reading(230, 1));
	sample_add_number(w, STR("slow"), round(1000 * sin((double)seq / 100) + reading(0, 0)));
	sample_add_number(w, STR("computed"), 1 / (1.0 + (double)seq));
	sample_add_integer(w, STR("integer"), (int64_t)random_bits(&generator) >> seq % 64);
	snprintf(text, sizeof(text), "%c%d", (char)('a' + seq % 5), (int)seq);
	sample_add_text(w, STR("text"), str(text));
	sample_end(w);
	if (expect)
		buffer_add(expected, in.data + start, in.len - start);
}

static void test_source_among_others(void)
{
	static const char *const sources[] = { "plant/a", "plant/b", "plant/c" };
	struct buffer expected = { 0 };
	int wrong = 0;
	for (int wanted = 0; wanted < 3; wanted++) {
		in.len = expected.len = sealed.len = out.len = 0;
		for (uint64_t i = 0; i < BLOCK; i++)
			add_mixed(&expected, i, sources[i % 3], (int)(i % 3) == wanted);
		wrong += seal_pack(seal, buffer_str(&in), &sealed) != 0;
		wrong += seal_unpack(seal, buffer_str(&sealed), str(sources[wanted]), &out) != 0;
		wrong += !str_eq(buffer_str(&out), buffer_str(&expected));
	}
	ok(wrong == 0, "one source of three with columns of every form: its samples, bit by bit");
	buffer_free(&expected);
	in.len = out.len = 0;
}

static void test_comings_and_goings(void)
{
	for (uint64_t i = 0; i < BLOCK; i++) {
		struct sample_writer *w = begin(i);
		sample_add_number(w, STR("a"), reading(10, 1));
		if (i % 40 < 20)
			sample_add_number(w, STR("b"), reading(10, 1));
		else
			sample_add_nil(w, STR("b"));
		if (i % 50 == 7)
			sample_add_status(w, STR("a"), STATUS_UNCERTAIN + (uint32_t)i);
		if (i % 40 >= 20)
			sample_add_status(w, STR("b"), STATUS_BAD_NO_DATA);
		sample_end(w);
	}
	ok_small(5, "fields, nils and qualities that come and go");
	for (uint64_t i = 0; i < BLOCK; i++) {
		static struct sample_writer w;
		sample_begin(&w, &in, start_time - (int64_t)(i * i * 1237), STR("s"), i / 7,
			i % 7 << 40, STR(""));
		sample_add_number(&w, STR("a"), 1);
		sample_end(&w);
	}
	ok_small(5, "runs that change, times that go back by odd steps");
	for (uint64_t i = 0; i < BLOCK; i++) {
		char source[32];
		snprintf(source, sizeof(source), "plant/line%d/m", (int)(i % 8));
		add_readings(i, source, 10);
		if (i % 30 == 0) {
			struct sample_writer *w = begin_from(source, i, "schema");
			struct sample_field_schema s = { STR("kW"), STR("x"), 0, 10, 1, false };
			sample_add_schema(w, STR("a"), &s);
			sample_end(w);
		}
	}
	ok_small(8, "sources and kinds mixed");
}

static void test_sizes(void)
{
	ok(comes_back(), "nothing comes back as nothing");
	add_readings(0, "a", 3);
	ok(comes_back(), "one sample");
	in.len--;
	ok(comes_back(), "a sample without its end");
	in.len = 0;
	for (int i = 0; i < 1000; i++)
		wire_map(&in, 0);
	ok(comes_back(), "empty maps");
	in.len = 0;
	for (uint64_t i = 0; i < 100000; i++)
		add_readings(i, "plant/line1/m1", 4);
	ok_small(15, "100,000 samples");
	in.len = 0;
	memset(buffer_reserve(&in, (64 << 20) + 1), 0x80, (64 << 20) + 1);
	in.len = (64 << 20) + 1;
	ok(seal_pack(seal, buffer_str(&in), &sealed) == -EFBIG, "more than 64 MiB are refused");
	in.len--;
	ok(comes_back(), "64 MiB of empty maps, which are too many samples, come back");
	in.len = 0;
}

/* Objects of MessagePack, nested now and then. */
static void add_random_object(int depth)
{
	uint64_t r = random_bits(&generator), n = r >> 32 & 3;
	uint8_t bytes[8];
	wire_store64(bytes, random_bits(&generator));
	switch (r % (depth < 4 ? 10 : 8)) {
	case 0:
		wire_nil(&in);
		break;
	case 1:
		wire_bool(&in, n & 1);
		break;
	case 2:
		wire_int(&in, (int64_t)random_bits(&generator) >> (r >> 40 & 63));
		break;
	case 3:
		wire_double(&in, reading(0, (int)n));
		break;
	case 4:
		wire_str(&in, (struct str){ (char *)bytes, n * 2 });
		break;
	case 5:
		wire_bin(&in, (struct str){ (char *)bytes, n * 2 });
		break;
	case 6:
		wire_time(&in, (int64_t)(r >> 2));
		break;
	case 7: /* any tag whatever, often wrong */
		buffer_add(&in, bytes, 1 + n);
		break;
	case 8:
		wire_array(&in, (uint32_t)n);
		for (uint64_t i = 0; i < n; i++)
			add_random_object(depth + 1);
		break;
	default:
		wire_map(&in, (uint32_t)n);
		for (uint64_t i = 0; i < 2 * n; i++)
			add_random_object(depth + 1);
	}
}

static void test_random(void)
{
	int wrong = 0;
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		in.len = 0;
		for (uint64_t n = random_below(&generator, 12); n; n--) {
			wire_map(&in, 1);
			add_random_object(0);
			add_random_object(1);
		}
		wrong += !comes_back();
	}
	ok(wrong == 0, "%d times random MessagePack, mostly whole: %d differ", RANDOM_ROUNDS,
		wrong);
	wrong = 0;
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		size_t len = (size_t)random_below(&generator, 200);
		in.len = 0;
		for (size_t k = 0; k < len; k++)
			buffer_add_char(&in, (char)random_bits(&generator));
		wrong += !comes_back();
	}
	ok(wrong == 0, "%d times random bytes: %d differ", RANDOM_ROUNDS, wrong);
	in.len = 0;
}

static bool only_under(const char *source, const char *const *wanted, size_t count)
{
	static struct buffer expected;
	expected.len = 0;
	in.len = 0;
	for (size_t i = 0; i < count; i++)
		add_readings(1, wanted[i], 2);
	buffer_add_str(&expected, buffer_str(&in));
	out.len = 0;
	return seal_unpack(seal, buffer_str(&sealed), str(source), &out) == 0 && out.len == in.len;
}

#define UNDER(source, ...)                                                                         \
	only_under(source, (const char *const[]){ __VA_ARGS__ },                                   \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void test_source(void)
{
	static const char *const sources[] = { "plant/line1", "plant/line10", "plant/line1/m3",
		"plant", "plantation" };
	for (size_t i = 0; i < 5; i++)
		add_readings(1, sources[i], 2);
	sealed.len = 0;
	seal_pack(seal, buffer_str(&in), &sealed);
	ok(UNDER("plant/line1", "plant/line1", "plant/line1/m3"),
		"a source, and what lies under it by whole segments");
	ok(UNDER("plant/line1/", "plant/line1", "plant/line1/m3"), "a path that ends in a slash");
	ok(UNDER("plant/line1/m3", "plant/line1/m3"), "the last of a path");
	ok(UNDER("plant", "plant/line1", "plant/line10", "plant/line1/m3", "plant"),
		"everything under the first");
	out.len = in.len = 0;
	ok(seal_unpack(seal, buffer_str(&sealed), STR("nowhere"), &out) == 0 && out.len == 0,
		"nothing under what is not there");
}

/* The same bytes, or nothing and -EBADMSG (-ENOTSUP of a version to come). The bytes stand alone, so that a sanitizer sees what is
 * read beyond them. */
static bool holds(const uint8_t *bytes, size_t len)
{
	char *exact = malloc(len ? len : 1);
	memcpy(exact, bytes, len);
	out.len = 0;
	int r = seal_unpack(seal, (struct str){ exact, len }, STR(""), &out);
	free(exact);
	if (r == 0)
		return str_eq(buffer_str(&out), buffer_str(&in));
	return r == (len && bytes[0] > SEAL_VERSION ? -ENOTSUP : -EBADMSG) && out.len == 0;
}

static void test_damage(void)
{
	int wrong = 0, cut = 0;
	for (uint64_t i = 0; i < HOSTILE_BLOCK; i++) {
		add_readings(i, i % 3 ? "a" : "b", 3);
		struct sample_writer *w = begin(i);
		sample_add_text(w, STR("t"), i % 2 ? STR("one") : STR("other"));
		sample_add_integer(w, STR("i"), (int64_t)i * 50);
		sample_end(w);
	}
	sealed.len = 0;
	seal_pack(seal, buffer_str(&in), &sealed);
	for (size_t i = 0; i < sealed.len; i++) {
		for (int change = 1; change < 256; change++) {
			sealed.data[i] ^= (uint8_t)change;
			wrong += !holds(sealed.data, sealed.len);
			sealed.data[i] ^= (uint8_t)change;
		}
		cut += !holds(sealed.data, i) || out.len;
	}
	ok(wrong == 0, "each of %zu bytes changed to every other: %d times other samples",
		sealed.len, wrong);
	ok(cut == 0, "cut at every length: %d times accepted", cut);
	buffer_add_char(&sealed, 0);
	ok(holds(sealed.data, sealed.len) && out.len == 0, "a byte more is refused");
	in.len = 0;
}

/* Behind zstd's checksum: a body that is wrong may give wrong samples, and reads nothing that is not
 * its own. */
static void test_damaged_body(void)
{
	struct buffer body = { 0 };
	int wrong = 0;
	for (uint64_t i = 0; i < HOSTILE_BLOCK; i++) {
		struct sample_writer *w = begin(i);
		sample_add_number(w, STR("n"), reading(3, 2));
		sample_add_number(w, STR("x"), 1 / (1.0 + (double)i));
		sample_add_text(w, STR("t"), i % 2 ? STR("one") : STR("other"));
		sample_add_bool(w, STR("b"), i % 3);
		sample_add_integer(w, STR("i"), (int64_t)i * 50);
		sample_end(w);
	}
	seal_body_write(seal, buffer_str(&in));
	buffer_add_str(&body, buffer_str(&seal->body));
	for (size_t i = 1; i < body.len; i++) {
		for (int change = 1; change < 256; change++) {
			uint8_t *exact = malloc(body.len - 1);
			memcpy(exact, body.data + 1, body.len - 1);
			exact[i - 1] ^= (uint8_t)change;
			out.len = 0;
			int r = seal_body_read(
				seal, (struct str){ (char *)exact, body.len - 1 }, STR(""), &out);
			wrong += r != 0 && (r != -EBADMSG || out.len);
			free(exact);
		}
	}
	ok(wrong == 0, "each of %zu bytes of a body changed: %d times neither samples nor refused",
		body.len, wrong);
	buffer_free(&body);
	in.len = 0;
}

int main(void)
{
	seal = seal_open();
	random_seed(&generator, 1, 0);
	test_numbers();
	test_integers();
	test_texts();
	test_serial_numbers();
	test_comings_and_goings();
	test_sizes();
	test_random();
	test_source();
	test_source_among_others();
	test_damage();
	test_damaged_body();
	seal_close(seal);
	buffer_free(&in);
	buffer_free(&sealed);
	buffer_free(&out);
	return done();
}
