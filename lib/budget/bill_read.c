#include "budget/bill_read.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "budget/variation.h"
#include "wire.h"

/* One line, as the bill has it. */
struct line {
	struct str code, unit, quantity, rate, net_rate, amount;
};

/* Nine decimals of it are enough to share a difference out by; more are cut off. */
static int rough_decimal(struct str text, decimal *ret)
{
	const char *point = memchr(text.data, '.', text.len);
	size_t most = point ? (size_t)(point - text.data) + 1 + DECIMAL_DIGITS : text.len;
	if (text.len > most)
		text.len = most;
	return text.len ? decimal_parse(text, ret) : -EINVAL;
}

static int exact_product(struct str text, decimal_product *ret)
{
	decimal v;
	int r = decimal_parse(text, &v);
	if (r == 0)
		*ret = decimal_widen(v);
	return r;
}

static bool read_line(struct cursor *c, struct line *ret)
{
	struct str key, *to;
	uint32_t size;
	*ret = (struct line){ 0 };
	if (wire_next_map(c, &size) != 1)
		return false;
	while (size--) {
		if (wire_next_str(c, &key) != 1)
			return false;
		to = str_eq(key, STR("code"))	    ? &ret->code
		     : str_eq(key, STR("unit"))	    ? &ret->unit
		     : str_eq(key, STR("quantity")) ? &ret->quantity
		     : str_eq(key, STR("rate"))	    ? &ret->rate
		     : str_eq(key, STR("net_rate")) ? &ret->net_rate
		     : str_eq(key, STR("amount"))   ? &ret->amount
						    : NULL;
		if ((to ? wire_next_str(c, to) : wire_skip(c)) != 1)
			return false;
	}
	return ret->code.len && ret->amount.len;
}

/* "bandeira" is the code bandeira, and those that go on from it with an underscore. */
static bool begins_with(struct str code, const char *flag)
{
	struct str head = str(flag);
	return str_starts(code, head) && (code.len == head.len || code.data[head.len] == '_');
}

static enum line_class class_of(const struct line *l, const struct opt_list *flags)
{
	for (size_t i = 0; i < flags->count; i++)
		if (begins_with(l->code, flags->words[i]))
			return LINE_FLAG;
	bool demand = str_eq(l->unit, STR("kW")) || str_eq(l->unit, STR("MW")) ||
		      str_eq(l->unit, STR("kVA"));
	return demand ? LINE_DEMAND : LINE_COUNTED;
}

static struct line_sum *sum_of(struct bill_read *b, struct str code)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_eq(b->lines[i].code, code))
			return &b->lines[i];
	b->lines = reallocate(b->lines, b->count + 1, sizeof(*b->lines));
	b->lines[b->count] = (struct line_sum){ .code = code };
	return &b->lines[b->count++];
}

static int add_line(struct bill_read *b, const struct line *l, const struct opt_list *flags)
{
	struct line_sum *sum = sum_of(b, l->code);
	decimal quantity = 0, rate = 0, net = 0;
	decimal_product amount = 0;
	int r = exact_product(l->amount, &amount);
	r = r ?: l->quantity.len ? rough_decimal(l->quantity, &quantity) : 0;
	r = r ?: l->rate.len ? rough_decimal(l->rate, &rate) : 0;
	r = r ?: rough_decimal(l->net_rate.len ? l->net_rate : l->rate, &net);
	if (r < 0)
		return -EPROTO;
	sum->class = class_of(l, flags);
	sum->amount += amount;
	sum->gross += decimal_multiply(quantity, rate);
	sum->net += decimal_multiply(quantity, net);
	return decimal_add(sum->quantity, quantity, &sum->quantity) < 0 ? -EPROTO : 0;
}

static int read_lines(struct bill_read *b, struct cursor *c, const struct opt_list *flags)
{
	uint32_t count;
	struct line l;
	int r = wire_next_array(c, &count) == 1 ? 0 : -EPROTO;
	while (!r && count--)
		r = read_line(c, &l) ? add_line(b, &l, flags) : -EPROTO;
	return r;
}

static bool is_on_top(struct cursor *c, struct str *ret_code)
{
	struct str key, text;
	uint32_t size;
	bool on_top = false;
	if (wire_next_map(c, &size) != 1)
		return false;
	while (size-- && wire_next_str(c, &key) == 1 && wire_next_str(c, &text) == 1) {
		if (str_eq(key, STR("code")))
			*ret_code = text;
		on_top |= str_eq(key, STR("method")) && str_eq(text, STR("on-top"));
	}
	return on_top;
}

/* Of taxes on top there is a line of the tax's code. */
static int read_taxes(struct bill_read *b, struct cursor *c)
{
	uint32_t count;
	if (wire_next_array(c, &count) != 1)
		return -EPROTO;
	while (count--) {
		struct str code = { 0 };
		bool on_top = is_on_top(c, &code);
		for (size_t i = 0; on_top && i < b->count; i++)
			if (str_eq(b->lines[i].code, code))
				b->lines[i].class = LINE_TAX;
	}
	return 0;
}

static int digits_of(struct str money)
{
	const char *point = memchr(money.data, '.', money.len);
	return point ? (int)(money.data + money.len - point) - 1 : 0;
}

static int read_key(
	struct bill_read *b, struct str key, struct cursor *c, const struct opt_list *flags)
{
	struct str text;
	if (str_eq(key, STR("lines")))
		return read_lines(b, c, flags);
	if (str_eq(key, STR("taxes")))
		return read_taxes(b, c);
	if (str_eq(key, STR("currency")))
		return wire_next_str(c, &b->currency) == 1 ? 0 : -EPROTO;
	if (!str_eq(key, STR("total")))
		return wire_skip(c) == 1 ? 0 : -EPROTO;
	if (wire_next_str(c, &text) != 1 || exact_product(text, &b->total) < 0)
		return -EPROTO;
	b->digits = digits_of(text);
	return 0;
}

int bill_read(struct str values, const struct opt_list *flags, struct bill_read *ret)
{
	struct bill_read b = { .digits = -1 };
	struct cursor c = wire_cursor(values);
	struct str key;
	uint32_t size;
	int r = wire_next_map(&c, &size) == 1 ? 0 : -EPROTO;
	while (!r && size--)
		r = wire_next_str(&c, &key) == 1 ? read_key(&b, key, &c, flags) : -EPROTO;
	if (!r && b.digits < 0)
		r = -EPROTO;
	if (r < 0)
		bill_read_free(&b);
	else
		*ret = b;
	return r;
}

void bill_read_free(struct bill_read *b)
{
	free(b->lines);
	*b = (struct bill_read){ 0 };
}

struct str variation_text(struct str bill, const char *wanted)
{
	struct cursor c = wire_cursor(bill);
	struct str key, text;
	uint32_t size;
	if (wire_next_map(&c, &size) != 1)
		return STR("");
	while (size-- && wire_next_str(&c, &key) == 1) {
		if (str_eq(key, str(wanted)))
			return wire_next_str(&c, &text) == 1 ? text : STR("");
		if (wire_skip(&c) != 1)
			break;
	}
	return STR("");
}
