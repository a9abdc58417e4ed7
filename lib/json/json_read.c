#include <errno.h>

#include "json.h"
#include "number.h"
#include "timestamp.h"

enum {
	VALUES_MAX = UINT16_MAX,
	HEAD_MAX = 256, /* a sample without its texts and maps */
};

static bool expected_at(struct json_parser *p, const char *at, const char *what)
{
	p->at = at;
	return json_expected(p, what);
}

static bool read_time_text(struct json_reader *r)
{
	static const char what[] = "a time such as \"2026-01-01T00:00:00Z\"";
	struct json_parser *p = &r->parser;
	struct str text;
	json_skip_space(p);
	const char *at = p->at;
	if (!json_parse_text(p, &p->text, what, &text))
		return false;
	if (timestamp_parse(text, &r->time))
		return json_fail_at(p, at, "expected a time such as \"2026-01-01T00:00:00Z\"");
	if (r->time < 0)
		return json_fail_at(p, at, "expected a time from 1970 on");
	return r->has_time = true;
}

static bool read_source(struct json_reader *r)
{
	r->has_source = true;
	return json_parse_text(&r->parser, &r->source_text, "the source in '\"'", &r->source);
}

/* An integer from 0 to below limit. */
static bool read_unsigned(struct json_parser *p, uint64_t limit, const char *what, uint64_t *ret)
{
	double v;
	bool integer = false;
	int64_t i = 0;
	json_skip_space(p);
	const char *at = p->at;
	if (at == p->end || *at < '0' || *at > '9')
		return json_expected(p, what);
	if (!json_parse_number(p, &v, &integer, &i))
		return false;
	if (!integer || (uint64_t)i >= limit)
		return expected_at(p, at, what);
	*ret = (uint64_t)i;
	return true;
}

static bool read_object(struct json_parser *p, struct json_entries *ret, const char *what)
{
	json_skip_space(p);
	const char *at = p->at;
	ret->start = p->body.len;
	if (!json_take(p, '{'))
		return json_expected(p, what);
	if (!json_parse_entries(p, 0, &ret->count))
		return false;
	ret->end = p->body.len;
	return ret->count <= VALUES_MAX || json_fail_at(p, at, "more than 65535 entries");
}

static bool read_status(struct json_parser *p, uint64_t *ret)
{
	static const char what[] = "a status: below 2^32, \"Good\", \"Uncertain\" or \"Bad\"";
	struct str text;
	json_skip_space(p);
	const char *at = p->at;
	if (p->at == p->end || *p->at != '"')
		return read_unsigned(p, UINT64_C(1) << 32, what, ret);
	if (!json_parse_text(p, &p->text, what, &text))
		return false;
	if (str_eq(text, STR("Good")))
		*ret = STATUS_GOOD;
	else if (str_eq(text, STR("Uncertain")))
		*ret = STATUS_UNCERTAIN;
	else if (str_eq(text, STR("Bad")))
		*ret = STATUS_BAD;
	else
		return expected_at(p, at, what);
	return true;
}

/* What is Good is left out again. */
static bool read_quality_entries(struct json_parser *p, struct json_entries *ret)
{
	uint32_t object = p->object++;
	do {
		size_t before = p->body.len;
		uint64_t status;
		if (!json_parse_key(p, object) || !read_status(p, &status))
			return false;
		wire_uint(&p->body, status);
		if (status == STATUS_GOOD)
			p->body.len = before;
		else
			ret->count++;
	} while (json_take(p, ','));
	return json_take(p, '}') || json_expected(p, "',' or '}' behind a status");
}

static bool read_quality(struct json_parser *p, struct json_entries *ret)
{
	ret->start = p->body.len;
	if (!json_take(p, '{'))
		return json_expected(p, "quality as an object");
	if (!json_take(p, '}') && !read_quality_entries(p, ret))
		return false;
	ret->end = p->body.len;
	return ret->count <= VALUES_MAX || json_fail_at(p, p->at, "more than 65535 entries");
}

static bool read_via(struct json_reader *r)
{
	const char *nested = r->parser.nested;
	bool there = read_object(&r->parser, &r->via, "via as an object");
	r->parser.nested = nested;
	return there;
}

enum key { TIME, SOURCE, RUN, SEQ, KIND, VALUES, QUALITY, VIA, KEYS };

static enum key key_of(struct str text)
{
	static const struct str keys[KEYS] = { [TIME] = { "time", 4 },
		[SOURCE] = { "source", 6 },
		[RUN] = { "run", 3 },
		[SEQ] = { "seq", 3 },
		[KIND] = { "kind", 4 },
		[VALUES] = { "values", 6 },
		[QUALITY] = { "quality", 7 },
		[VIA] = { "via", 3 } };
	enum key k = 0;
	while (k < KEYS && !str_eq(text, keys[k]))
		k++;
	return k;
}

static bool read_member(struct json_reader *r, enum key key)
{
	struct json_parser *p = &r->parser;
	switch (key) {
	case TIME:
		return read_time_text(r);
	case SOURCE:
		return read_source(r);
	case RUN:
		return read_unsigned(p, UINT64_C(1) << 53, "an integer below 2^53", &r->run);
	case SEQ:
		return read_unsigned(p, UINT64_C(1) << 63, "an integer below 2^63", &r->seq);
	case KIND:
		return json_parse_text(p, &r->kind_text, "the kind in '\"'", &r->kind);
	case VALUES:
		return read_object(p, &r->values, "values as an object");
	case QUALITY:
		return read_quality(p, &r->quality);
	default:
		return read_via(r);
	}
}

/* A key with its colon, and its value. */
static bool read_pair(struct json_reader *r, unsigned *seen)
{
	struct json_parser *p = &r->parser;
	struct str text = { 0 };
	json_skip_space(p);
	const char *at = p->at;
	if (!json_parse_text(p, &p->text, "a key in '\"'", &text))
		return false;
	enum key key = key_of(text);
	if (key == KEYS)
		return json_fail_at(
			p, at, "expected time, source, run, seq, kind, values, quality or via");
	if (*seen & 1u << key)
		return json_fail_at(p, at, "this key stands twice in the sample");
	*seen |= 1u << key;
	if (!json_take(p, ':'))
		return json_expected(p, "':' behind a key");
	return read_member(r, key);
}

static bool check_values(struct json_parser *p)
{
	return !p->nested ||
	       json_fail_at(p, p->nested,
		       "a measurement's value is a number, text, true, false or null");
}

/* What only the whole line can tell. */
static bool check_sample(struct json_reader *r, unsigned seen)
{
	struct json_parser *p = &r->parser;
	if (!(seen & 1u << VALUES))
		return json_fail_at(p, p->at, "expected \"values\" in the sample");
	if (!(seen & 1u << RUN) != !(seen & 1u << SEQ))
		return json_fail_at(p, p->at, "expected \"run\" and \"seq\" together");
	r->has_identity = seen & 1u << RUN;
	return r->kind.len || check_values(p);
}

static bool read_sample(struct json_reader *r)
{
	unsigned seen = 0;
	struct json_parser *p = &r->parser;
	if (json_take(p, '}'))
		return check_sample(r, seen);
	do {
		if (!read_pair(r, &seen))
			return false;
	} while (json_take(p, ','));
	if (!json_take(p, '}'))
		return json_expected(p, "',' or '}' behind a value");
	return check_sample(r, seen);
}

/* Adds the decimals behind a point, exact; what is below a nanosecond is cut off. */
static bool add_fraction(const char *at, const char *end, int64_t unit, int64_t *ns)
{
	for (; at < end && (unit /= 10); at++)
		if (__builtin_add_overflow(*ns, unit * (*at - '0'), ns))
			return false;
	return true;
}

/* A count of units since the epoch. */
static bool read_time_number(struct json_reader *r, int64_t unit)
{
	struct json_parser *p = &r->parser;
	const char *at = p->at, *digits = at;
	double v;
	bool integer;
	int64_t i, ns = 0;
	if (!json_parse_number(p, &v, &integer, &i))
		return false;
	if (*at == '-')
		return json_fail_at(p, at, "expected a time from 1970 on");
	for (; digits < p->at && *digits >= '0' && *digits <= '9'; digits++)
		if (__builtin_mul_overflow(ns, 10, &ns) ||
			__builtin_add_overflow(ns, *digits - '0', &ns))
			return json_fail_at(p, at, "expected a time before 2262");
	const char *fraction = digits + (digits < p->at && *digits == '.');
	for (const char *c = fraction; c < p->at; c++)
		if (*c < '0' || *c > '9')
			return json_fail_at(p, at, "expected a time without exponent");
	if (__builtin_mul_overflow(ns, unit, &ns) || !add_fraction(fraction, p->at, unit, &ns))
		return json_fail_at(p, at, "expected a time before 2262 (is its unit right?)");
	r->time = ns;
	return r->has_time = true;
}

static bool read_flat_time(struct json_reader *r, int64_t unit)
{
	struct json_parser *p = &r->parser;
	json_skip_space(p);
	if (p->at < p->end && (*p->at == '-' || (*p->at >= '0' && *p->at <= '9')))
		return read_time_number(r, unit);
	return read_time_text(r);
}

/* One key and value: the time, the source, or a value. */
static bool read_flat_pair(struct json_reader *r, uint32_t object, const struct json_flat *flat)
{
	struct json_parser *p = &r->parser;
	size_t before = p->body.len;
	if (!json_parse_key(p, object))
		return false;
	bool time = flat->time_key.len && json_is_key(p, before, flat->time_key);
	bool source = flat->source_key.len && json_is_key(p, before, flat->source_key);
	if (!time && !source) {
		r->values.count++;
		return json_parse_value(p, 0);
	}
	p->body.len = before;
	if (time ? r->has_time : r->has_source)
		return json_fail_at(p, p->at, "a second time or source in one record");
	return time ? read_flat_time(r, flat->time_unit) : read_source(r);
}

static bool read_flat(struct json_reader *r, const struct json_flat *flat)
{
	struct json_parser *p = &r->parser;
	uint32_t object = p->object++;
	if (json_take(p, '}'))
		return true;
	do {
		if (!read_flat_pair(r, object, flat))
			return false;
	} while (json_take(p, ','));
	r->values.end = p->body.len;
	if (r->values.count > VALUES_MAX)
		return json_fail_at(p, p->at, "more than 65535 values");
	if (!json_take(p, '}'))
		return json_expected(p, "',' or '}' behind a value");
	return check_values(p);
}

static void begin_line(struct json_reader *r)
{
	static const struct json_entries none;
	r->has_time = r->has_source = r->has_identity = false;
	r->source = r->kind = (struct str){ NULL, 0 };
	r->time = 0;
	r->run = r->seq = 0;
	r->values = r->quality = r->via = none;
}

int json_read(struct json_reader *r, const char *line, size_t len, const struct json_flat *flat)
{
	struct json_parser *p = &r->parser;
	begin_line(r);
	json_parse_begin(p, line, len);
	if (!json_take(p, '{'))
		return json_expected(p, "'{'"), -EINVAL;
	if (flat ? !read_flat(r, flat) : !read_sample(r))
		return -EINVAL;
	json_skip_space(p);
	if (p->at < p->end)
		return json_expected(p, "the end of the line"), -EINVAL;
	if (p->body.len + r->source.len + r->kind.len > SAMPLE_MAX - HEAD_MAX)
		return json_fail_at(p, p->at, "a sample longer than 16 MiB"), -EINVAL;
	return 0;
}

static void add_entries(struct buffer *to, uint32_t *count, const struct json_reader *r,
	const struct json_entries *e)
{
	if (!e->count)
		return;
	buffer_add(to, r->parser.body.data + e->start, e->end - e->start);
	*count += e->count;
}

void json_add(const struct json_reader *r, struct sample_writer *w)
{
	add_entries(w->out, &w->count, r, &r->values);
	add_entries(&w->quality, &w->bad, r, &r->quality);
	add_entries(&w->via, &w->via_count, r, &r->via);
}

void json_free(struct json_reader *r)
{
	json_parse_free(&r->parser);
	buffer_free(&r->source_text);
	buffer_free(&r->kind_text);
}
