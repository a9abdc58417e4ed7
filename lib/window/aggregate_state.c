/* The state of an aggregate, written down and read back. */
#include "aggregate_parts.h"

enum { STATE_ITEMS = 21 };

void aggregate_save(const struct aggregate *a, struct buffer *to)
{
	wire_array(to, STATE_ITEMS);
	wire_uint(to, a->good);
	wire_uint(to, a->bad);
	wire_uint(to, a->numbers);
	wire_uint(to, a->doubles);
	wire_uint(to, a->worst);
	wire_uint(to, a->first_bad);
	wire_double(to, a->mean);
	wire_double(to, a->squares);
	wire_wide(to, a->whole);
	wire_double(to, a->sum);
	wire_double(to, a->carry);
	wire_scalar(to, &a->origin);
	wire_scalar(to, &a->least);
	wire_scalar(to, &a->greatest);
	wire_bin(to, buffer_str(&a->first));
	wire_bin(to, buffer_str(&a->last));
	wire_int(to, a->first_time);
	wire_int(to, a->last_time);
	if (a->quantile)
		quantile_save(a->quantile, to);
	else
		wire_nil(to);
	if (a->course)
		course_save(a->course, to);
	else
		wire_nil(to);
}

static bool load_number(struct cursor *from, struct wire *ret)
{
	return wire_next(from, ret) == 1 && (ret->type == WIRE_NIL || wire_is_number(ret));
}

/* One encoded value, or none. */
static bool load_encoded(struct cursor *from, struct buffer *ret)
{
	struct str encoded;
	struct wire value;
	if (wire_next_bin(from, &encoded) != 1)
		return false;
	struct cursor inner = wire_cursor(encoded);
	if (encoded.len && (wire_next(&inner, &value) != 1 || !aggregate_is_value(&value) ||
				   inner.at < inner.end))
		return false;
	buffer_add_str(ret, encoded);
	return true;
}

static bool load_counts(struct aggregate *a, struct cursor *from)
{
	uint64_t worst, first_bad;
	if (wire_next_uint(from, &a->good) != 1 || wire_next_uint(from, &a->bad) != 1 ||
		wire_next_uint_to(from, a->good, &a->numbers) != 1 ||
		wire_next_uint_to(from, a->numbers, &a->doubles) != 1 ||
		wire_next_uint_to(from, UINT32_MAX, &worst) != 1 ||
		wire_next_uint_to(from, UINT32_MAX, &first_bad) != 1)
		return false;
	a->worst = (uint32_t)worst;
	a->first_bad = (uint32_t)first_bad;
	return true;
}

static bool load_sums(struct aggregate *a, struct cursor *from)
{
	return wire_next_double(from, &a->mean) == 1 && wire_next_double(from, &a->squares) == 1 &&
	       wire_next_wide(from, &a->whole) == 1 && wire_next_double(from, &a->sum) == 1 &&
	       wire_next_double(from, &a->carry) == 1;
}

static bool is_absent(struct cursor *from)
{
	struct cursor next = *from;
	struct wire w;
	if (wire_next(&next, &w) != 1 || w.type != WIRE_NIL)
		return false;
	*from = next;
	return true;
}

static bool load_parts(struct aggregate *a, struct cursor *from)
{
	return (is_absent(from) || quantile_load(aggregate_quantile(a), from)) &&
	       (is_absent(from) || course_load(aggregate_course(a), from));
}

bool aggregate_load(struct aggregate *a, struct cursor *from)
{
	uint32_t items;
	return wire_next_array(from, &items) == 1 && items == STATE_ITEMS && load_counts(a, from) &&
	       load_sums(a, from) && load_number(from, &a->origin) &&
	       load_number(from, &a->least) && load_number(from, &a->greatest) &&
	       load_encoded(from, &a->first) && load_encoded(from, &a->last) &&
	       wire_next_int(from, &a->first_time) == 1 &&
	       wire_next_int(from, &a->last_time) == 1 && load_parts(a, from);
}
