#include "register.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "status.h"

typedef __int128 wide;

static const char *const type_names[] = {
	[REGISTER_BOOL] = "bool",
	[REGISTER_U16] = "U16",
	[REGISTER_I16] = "I16",
	[REGISTER_U32] = "U32",
	[REGISTER_I32] = "I32",
	[REGISTER_U64] = "U64",
	[REGISTER_I64] = "I64",
	[REGISTER_F32] = "F32",
	[REGISTER_F64] = "F64",
};

static const char *const order_names[] = {
	[REGISTER_ABCD] = "ABCD",
	[REGISTER_DCBA] = "DCBA",
	[REGISTER_CDAB] = "CDAB",
	[REGISTER_BADC] = "BADC",
};

static int parse_name(struct str text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(text, str(names[i])))
			return (int)i;
	return -EINVAL;
}

int register_type_parse(struct str text, enum register_type *ret)
{
	int i = parse_name(text, type_names, sizeof(type_names) / sizeof(*type_names));

	if (i >= 0)
		*ret = (enum register_type)i;
	return i < 0 ? i : 0;
}

int register_order_parse(struct str text, enum register_order *ret)
{
	int i = parse_name(text, order_names, sizeof(order_names) / sizeof(*order_names));

	if (i >= 0)
		*ret = (enum register_order)i;
	return i < 0 ? i : 0;
}

int register_scale_parse(struct str text, struct register_scale *ret)
{
	bool negative = text.len && text.data[0] == '-', point = false, any = false;
	struct register_scale scale = { 0 };

	for (size_t i = negative; i < text.len; i++) {
		char c = text.data[i];
		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9' || scale.factor > INT64_MAX / 100 ||
			scale.digits == REGISTER_SCALE_DIGITS_MAX)
			return -EINVAL;
		scale.factor = scale.factor * 10 + (c - '0');
		scale.digits += point;
		any = true;
	}
	if (!any || scale.factor == 0)
		return -EINVAL;
	for (; scale.digits && scale.factor % 10 == 0; scale.digits--)
		scale.factor /= 10;
	if (negative)
		scale.factor = -scale.factor;
	*ret = scale;
	return 0;
}

unsigned register_words(enum register_type type)
{
	switch (type) {
	case REGISTER_BOOL:
	case REGISTER_U16:
	case REGISTER_I16:
		return 1;
	case REGISTER_U32:
	case REGISTER_I32:
	case REGISTER_F32:
		return 2;
	case REGISTER_U64:
	case REGISTER_I64:
	case REGISTER_F64:
		return 4;
	}
	return 1;
}

static uint16_t word_in_order(enum register_order order, uint16_t word)
{
	bool swap = order == REGISTER_DCBA || order == REGISTER_BADC;

	return swap ? (uint16_t)(word << 8 | word >> 8) : word;
}

/* Where word i of n, counted from the most significant, stands. */
static unsigned word_place(enum register_order order, unsigned i, unsigned n)
{
	return order == REGISTER_DCBA || order == REGISTER_CDAB ? n - 1 - i : i;
}

static uint64_t load(const struct register_format *f, const uint16_t *words)
{
	unsigned n = register_words(f->type);
	uint64_t bits = 0;

	for (unsigned i = 0; i < n; i++)
		bits = bits << 16 | word_in_order(f->order, words[word_place(f->order, i, n)]);
	return bits;
}

static void store(const struct register_format *f, uint64_t bits, uint16_t *words)
{
	unsigned n = register_words(f->type);

	for (unsigned i = n; i-- > 0; bits >>= 16)
		words[word_place(f->order, i, n)] = word_in_order(f->order, (uint16_t)bits);
}

static double power_of_ten(unsigned digits)
{
	static const double powers[REGISTER_SCALE_DIGITS_MAX + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5,
		1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };

	return powers[digits];
}

/* A quotient of two exact doubles is correctly rounded; beyond 2^53 the decimal text is. */
static double decimal_double(wide product, unsigned digits)
{
	char text[64];
	wide magnitude = product < 0 ? -product : product;

	if (magnitude < (wide)1 << 53)
		return (double)product / power_of_ten(digits);
	snprintf(text, sizeof(text), "%s%llu%018llue-%u", product < 0 ? "-" : "",
		(unsigned long long)(magnitude / 1000000000000000000ll),
		(unsigned long long)(magnitude % 1000000000000000000ll), digits);
	return strtod(text, NULL);
}

static struct wire scaled_integer(wide raw, struct register_scale scale)
{
	wide product = raw * scale.factor;

	if (scale.digits == 0 && product >= 0 && product <= UINT64_MAX)
		return (struct wire){ .type = WIRE_UINT, .u = (uint64_t)product };
	if (scale.digits == 0 && product < 0 && product >= INT64_MIN)
		return (struct wire){ .type = WIRE_INT, .i = (int64_t)product };
	return (struct wire){ .type = WIRE_DOUBLE, .d = decimal_double(product, scale.digits) };
}

/* Adding 0 makes the -0 of a negative scale plain. */
static uint32_t scaled_float(double raw, struct register_scale scale, struct wire *ret)
{
	double v = raw * (double)scale.factor / power_of_ten(scale.digits) + 0.0;

	*ret = (struct wire){ .type = WIRE_NIL };
	if (isnan(v))
		return STATUS_BAD_NO_DATA;
	if (isinf(v))
		return STATUS_BAD_OUT_OF_RANGE;
	*ret = (struct wire){ .type = WIRE_DOUBLE, .d = v };
	return STATUS_GOOD;
}

static float float_of(uint32_t bits)
{
	float v;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static double double_of(uint64_t bits)
{
	double v;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static wide signed_or_not(enum register_type type, uint64_t bits)
{
	switch (type) {
	case REGISTER_I16:
		return (int16_t)bits;
	case REGISTER_I32:
		return (int32_t)bits;
	case REGISTER_I64:
		return (int64_t)bits;
	default:
		return bits;
	}
}

uint32_t register_decode(const struct register_format *f, const uint16_t *words, struct wire *ret)
{
	uint64_t bits = load(f, words);

	switch (f->type) {
	case REGISTER_BOOL:
		*ret = (struct wire){ .type = WIRE_BOOL, .b = bits != 0 };
		return STATUS_GOOD;
	case REGISTER_F32:
		return scaled_float(float_of((uint32_t)bits), f->scale, ret);
	case REGISTER_F64:
		return scaled_float(double_of(bits), f->scale, ret);
	default:
		*ret = scaled_integer(signed_or_not(f->type, bits), f->scale);
		return STATUS_GOOD;
	}
}

static bool is_float(enum register_type type)
{
	return type == REGISTER_F32 || type == REGISTER_F64;
}

static bool wire_double_of(const struct wire *value, double *ret)
{
	switch (value->type) {
	case WIRE_BOOL:
		*ret = value->b;
		return true;
	case WIRE_INT:
		*ret = (double)value->i;
		return true;
	case WIRE_UINT:
		*ret = (double)value->u;
		return true;
	case WIRE_DOUBLE:
		*ret = value->d;
		return !isnan(value->d);
	default:
		return false;
	}
}

static uint32_t encode_float(const struct register_format *f, double v, uint16_t *words)
{
	double raw = v * power_of_ten(f->scale.digits) / (double)f->scale.factor + 0.0;
	float narrow = (float)raw;
	uint32_t narrow_bits;
	uint64_t bits;

	if (isinf(f->type == REGISTER_F32 ? narrow : raw))
		return STATUS_BAD_OUT_OF_RANGE;
	memcpy(&narrow_bits, &narrow, sizeof(narrow_bits));
	memcpy(&bits, &raw, sizeof(bits));
	store(f, f->type == REGISTER_F32 ? narrow_bits : bits, words);
	return STATUS_GOOD;
}

/* The range of an integer type. */
static void range(enum register_type type, wide *ret_low, wide *ret_high)
{
	unsigned bits = 16 * register_words(type);
	bool has_sign = type == REGISTER_I16 || type == REGISTER_I32 || type == REGISTER_I64;

	*ret_low = has_sign ? -((wide)1 << (bits - 1)) : 0;
	*ret_high = ((wide)1 << (bits - has_sign)) - 1;
}

static wide divide_rounding(wide dividend, wide divisor)
{
	wide half = (divisor < 0 ? -divisor : divisor) / 2;

	if (divisor < 0)
		return divide_rounding(-dividend, -divisor);
	return (dividend + (dividend < 0 ? -half : half)) / divisor;
}

/* The raw integer of a value; beyond the range of any register where it has none. */
static wide raw_integer(const struct wire *value, double v, struct register_scale scale)
{
	double raw = v * power_of_ten(scale.digits) / (double)scale.factor;

	if (value->type == WIRE_INT || value->type == WIRE_UINT) {
		wide exact = value->type == WIRE_INT ? (wide)value->i : (wide)value->u;
		return divide_rounding(exact * (wide)power_of_ten(scale.digits), scale.factor);
	}
	if (!(fabs(raw) < 1e20))
		return (wide)1 << 100;
	return (wide)round(raw);
}

static uint32_t encode_integer(const struct register_format *f, wide raw, uint16_t *words)
{
	wide low, high;

	range(f->type, &low, &high);
	if (raw < low || raw > high)
		return STATUS_BAD_OUT_OF_RANGE;
	store(f, (uint64_t)raw, words);
	return STATUS_GOOD;
}

uint32_t register_encode(const struct register_format *f, const struct wire *value, uint16_t *words)
{
	double v;

	if (!wire_double_of(value, &v))
		return STATUS_BAD_NO_DATA;
	if (is_float(f->type))
		return encode_float(f, v, words);
	if (f->type == REGISTER_BOOL)
		return encode_integer(f, v != 0, words);
	return encode_integer(f, raw_integer(value, v, f->scale), words);
}

bool register_encode_absent(const struct register_format *f, uint16_t *words)
{
	if (!is_float(f->type))
		return false;
	store(f, f->type == REGISTER_F32 ? 0x7fc00000u : 0x7ff8000000000000u, words);
	return true;
}
