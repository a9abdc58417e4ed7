/* Vectors: 60.0 and the integers as the makers' documents send them (KRON: 60 Hz is 00 00 70 42),
 * others by hand. */
#include "modbus/register.h"

#include <math.h>
#include <stdlib.h>

#include "status.h"
#include "tap.h"

static struct register_format format(const char *type, const char *order, const char *scale)
{
	struct register_format f;

	if (register_type_parse(str(type), &f.type) || register_order_parse(str(order), &f.order) ||
		register_scale_parse(str(scale), &f.scale))
		abort();
	return f;
}

static unsigned words_of(const char *hex, uint16_t *ret)
{
	unsigned n = 0, a, b;
	int used;

	for (; sscanf(hex, "%2x %2x%n", &a, &b, &used) == 2; hex += used)
		ret[n++] = (uint16_t)(a << 8 | b);
	return n;
}

static bool same_wire(const struct wire *a, const struct wire *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case WIRE_BOOL:
		return a->b == b->b;
	case WIRE_DOUBLE:
		return a->d == b->d && signbit(a->d) == signbit(b->d);
	case WIRE_NIL:
		return true;
	default:
		return a->u == b->u;
	}
}

static struct wire number(double d)
{
	return (struct wire){ .type = WIRE_DOUBLE, .d = d };
}

static struct wire whole(int64_t i)
{
	return i < 0 ? (struct wire){ .type = WIRE_INT, .i = i }
		     : (struct wire){ .type = WIRE_UINT, .u = (uint64_t)i };
}

static void both_ways(
	const char *type, const char *order, const char *scale, const char *hex, struct wire v)
{
	struct register_format f = format(type, order, scale);
	uint16_t words[REGISTER_WORDS_MAX], back[REGISTER_WORDS_MAX] = { 0 };
	unsigned n = words_of(hex, words);
	struct wire decoded;

	ok(n == register_words(f.type) && register_decode(&f, words, &decoded) == STATUS_GOOD &&
			same_wire(&decoded, &v),
		"%s %s at %s: %s decodes", type, order, scale, hex);
	ok(register_encode(&f, &v, back) == STATUS_GOOD && !memcmp(words, back, 2 * n),
		"%s %s at %s: %s encodes", type, order, scale, hex);
}

static void orders(void)
{
	both_ways("F32", "ABCD", "1", "42 70 00 00", number(60));
	both_ways("F32", "DCBA", "1", "00 00 70 42", number(60));
	both_ways("F32", "CDAB", "1", "00 00 42 70", number(60));
	both_ways("F32", "BADC", "1", "70 42 00 00", number(60));
	both_ways("F32", "DCBA", "1", "00 00 fe 42", number(127));
	both_ways("U32", "ABCD", "1", "07 5b cd 15", whole(123456789));
	both_ways("U32", "DCBA", "1", "15 cd 5b 07", whole(123456789));
	both_ways("U64", "ABCD", "1", "00 00 08 fb 8f d9 82 8b", whole(9876543210123));
	both_ways("U64", "DCBA", "1", "8b 82 d9 8f fb 08 00 00", whole(9876543210123));
	both_ways("U64", "CDAB", "1", "82 8b 8f d9 08 fb 00 00", whole(9876543210123));
	both_ways("U64", "BADC", "1", "00 00 fb 08 d9 8f 8b 82", whole(9876543210123));
	both_ways("F64", "ABCD", "1", "41 32 d6 87 80 00 00 00", number(1234567.5));
	both_ways("F64", "DCBA", "1", "00 00 00 80 87 d6 32 41", number(1234567.5));
	both_ways("I16", "ABCD", "1", "ff fe", whole(-2));
	both_ways("I16", "DCBA", "1", "fe ff", whole(-2));
	both_ways("bool", "ABCD", "1", "00 01", (struct wire){ .type = WIRE_BOOL, .b = true });
}

static void scales(void)
{
	both_ways("I32", "CDAB", "0.1", "08 fd 00 00", number(230.1));
	both_ways("I32", "ABCD", "0.1", "ff ff ff fd", number(-0.3));
	both_ways("I16", "ABCD", "0.001", "03 d9", number(0.985));
	both_ways("U16", "ABCD", "10", "00 07", whole(70));
	both_ways("U16", "ABCD", "0.5", "00 07", number(3.5));
	both_ways("F32", "ABCD", "-1", "c2 70 00 00", number(60));
	both_ways("F32", "ABCD", "-1", "00 00 00 00", number(0));
	both_ways("F64", "ABCD", "0.001", "41 32 d6 87 80 00 00 00", number(1234.5675));
	both_ways("U64", "ABCD", "1", "ff ff ff ff ff ff ff ff",
		(struct wire){ .type = WIRE_UINT, .u = UINT64_MAX });
	both_ways("I64", "ABCD", "1", "80 00 00 00 00 00 00 00", whole(INT64_MIN));
}

static void beyond_doubles(void)
{
	struct register_format f = format("U64", "ABCD", "0.1");
	uint16_t words[REGISTER_WORDS_MAX] = { 0x20, 0, 0, 1 };
	struct wire v;

	ok(register_decode(&f, words, &v) == STATUS_GOOD && v.d == 900719925474099.3,
		"2^53 + 1 at 0.1 is the nearest double of the decimal");
}

static void absent(void)
{
	struct register_format f32 = format("F32", "ABCD", "1"), u16 = format("U16", "ABCD", "1");
	uint16_t schneider[] = { 0xffc0, 0 }, infinite[] = { 0x7f80, 0 }, words[4];
	struct wire v;

	ok(register_decode(&f32, schneider, &v) == STATUS_BAD_NO_DATA && v.type == WIRE_NIL,
		"NaN is no value");
	ok(register_decode(&f32, infinite, &v) == STATUS_BAD_OUT_OF_RANGE && v.type == WIRE_NIL,
		"an infinite float is no value");
	ok(register_encode_absent(&f32, words) &&
			register_decode(&f32, words, &v) == STATUS_BAD_NO_DATA,
		"a float says that it has no value");
	ok(!register_encode_absent(&u16, words), "an integer cannot say so");
}

static uint32_t encode(const char *type, const char *scale, struct wire v, uint16_t *words)
{
	struct register_format f = format(type, "ABCD", scale);

	return register_encode(&f, &v, words);
}

static void ranges(void)
{
	uint16_t words[4] = { 0 };

	ok(encode("U16", "0.1", number(298.14999), words) == STATUS_GOOD && words[0] == 2981,
		"a float is rounded to the register's step");
	ok(encode("I16", "0.1", whole(-40), words) == STATUS_GOOD && (int16_t)words[0] == -400,
		"an integer is scaled exactly");
	ok(encode("U16", "1", number(65535.4), words) == STATUS_GOOD && words[0] == 65535,
		"the largest that rounds into range");
	ok(encode("U16", "1", number(65535.5), words) == STATUS_BAD_OUT_OF_RANGE, "U16 too large");
	ok(encode("U16", "1", whole(-1), words) == STATUS_BAD_OUT_OF_RANGE, "U16 negative");
	ok(encode("I64", "1", number(9.3e18), words) == STATUS_BAD_OUT_OF_RANGE, "I64 too large");
	ok(encode("U64", "0.001", number(1e300), words) == STATUS_BAD_OUT_OF_RANGE,
		"far too large");
	ok(encode("F32", "1", number(1e39), words) == STATUS_BAD_OUT_OF_RANGE, "F32 too large");
	ok(encode("U16", "1", number(NAN), words) == STATUS_BAD_NO_DATA, "NaN is not encoded");
	ok(encode("U16", "1", (struct wire){ .type = WIRE_STR }, words) == STATUS_BAD_NO_DATA,
		"text is not encoded");
}

static void texts(void)
{
	static const char *const bad[] = { "", "0", "0.0", "-", ".", "1e3", "1.2.3", "0.1 ", "+1",
		"99999999999999999999", "0.0000000000000000001" };
	struct register_scale scale;
	enum register_type type;
	enum register_order order;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(register_scale_parse(str(bad[i]), &scale) < 0, "scale \"%s\" is refused",
			bad[i]);
	ok(!register_scale_parse(STR("0.50"), &scale) && scale.factor == 5 && scale.digits == 1,
		"a scale is reduced");
	ok(register_type_parse(STR("u16"), &type) < 0 &&
			register_order_parse(STR("AB"), &order) < 0,
		"names are exact");
}

int main(void)
{
	orders();
	scales();
	beyond_doubles();
	absent();
	ranges();
	texts();
	return done();
}
