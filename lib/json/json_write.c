#include <math.h>

#include "base64.h"
#include "json.h"
#include "json_text.h"
#include "number.h"
#include "timestamp.h"

static void write_escape(struct buffer *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};
	buffer_add_char(out, '\\');
	if (c >= 0x20 || letters[c]) {
		buffer_add_char(out, c >= 0x20 ? (char)c : letters[c]);
		return;
	}
	buffer_add(out, "u00", 3);
	buffer_add_char(out, hex[c >> 4]);
	buffer_add_char(out, hex[c & 15]);
}

/* The rest of a string, from its first byte that is not plain. */
static void write_special(struct buffer *out, const char *at, const char *end)
{
	while (at < end) {
		size_t n = json_plain(at, (size_t)(end - at));
		buffer_add(out, at, n);
		at += n;
		if (at == end)
			return;
		if ((unsigned char)*at < 0x80) {
			write_escape(out, (unsigned char)*at++);
			continue;
		}
		n = json_utf8(at, (size_t)(end - at));
		buffer_add(out, n ? at : "\xef\xbf\xbd", n ? n : 3);
		at += n ? n : 1;
	}
}

void json_write_text(struct buffer *out, struct str s)
{
	uint8_t *to = buffer_reserve(out, s.len + 2);
	size_t plain = json_plain(s.data, s.len);
	*to = '"';
	if (plain)
		memcpy(to + 1, s.data, plain);
	out->len += plain + 1;
	if (plain < s.len)
		write_special(out, s.data + plain, s.data + s.len);
	buffer_add_char(out, '"');
}

static void write_double(struct buffer *out, double v)
{
	char *to = (char *)buffer_reserve(out, NUMBER_TEXT);
	if (isfinite(v))
		out->len += number_format(to, v, true);
	else
		buffer_add(out, "null", 4);
}

static void write_integer(struct buffer *out, const struct wire *w)
{
	char *to = (char *)buffer_reserve(out, NUMBER_TEXT);
	out->len += w->type == WIRE_UINT ? number_format_unsigned(to, w->u)
					 : number_format_integer(to, w->i);
}

static void write_base64(struct buffer *out, struct str data)
{
	buffer_add_char(out, '"');
	base64_encode(out, data);
	buffer_add_char(out, '"');
}

static void write_bin(struct buffer *out, const struct wire *w)
{
	buffer_add_str(out, STR("{\"$bin\":"));
	write_base64(out, w->bytes);
	buffer_add_char(out, '}');
}

static void write_ext(struct buffer *out, const struct wire *w)
{
	struct wire type = { .type = WIRE_INT, .i = w->ext };
	buffer_add_str(out, STR("{\"$ext\":["));
	write_integer(out, &type);
	buffer_add_char(out, ',');
	write_base64(out, w->bytes);
	buffer_add_str(out, STR("]}"));
}

static void write_array(struct buffer *out, struct cursor *c, uint32_t size)
{
	buffer_add_char(out, '[');
	for (uint32_t i = 0; i < size; i++) {
		if (i)
			buffer_add_char(out, ',');
		json_write_value(out, c);
	}
	buffer_add_char(out, ']');
}

/* A key that is not text: its JSON, made a string. */
static void write_other_key(struct buffer *out, struct cursor *c)
{
	struct buffer text = { 0 };
	json_write_value(&text, c);
	json_write_text(out, buffer_str(&text));
	buffer_free(&text);
}

static void write_entries(struct buffer *out, struct cursor *c, uint32_t size)
{
	struct str key;
	buffer_add_char(out, '{');
	for (uint32_t i = 0; i < size; i++) {
		if (i)
			buffer_add_char(out, ',');
		if (wire_next_str(c, &key) == 1)
			json_write_text(out, key);
		else
			write_other_key(out, c);
		buffer_add_char(out, ':');
		json_write_value(out, c);
	}
	buffer_add_char(out, '}');
}

void json_write_value(struct buffer *out, struct cursor *c)
{
	struct wire w;
	if (c->end - c->at >= 9 && *c->at == 0xcb) {
		write_double(out, wire_load_double(c->at + 1));
		c->at += 9;
		return;
	}
	if (wire_next(c, &w) != 1)
		return;
	switch (w.type) {
	case WIRE_NIL:
		return buffer_add(out, "null", 4);
	case WIRE_BOOL:
		return buffer_add_str(out, w.b ? STR("true") : STR("false"));
	case WIRE_INT:
	case WIRE_UINT:
		return write_integer(out, &w);
	case WIRE_DOUBLE:
		return write_double(out, w.d);
	case WIRE_STR:
		return json_write_text(out, w.bytes);
	case WIRE_BIN:
		return write_bin(out, &w);
	case WIRE_EXT:
		return write_ext(out, &w);
	case WIRE_ARRAY:
		return write_array(out, c, w.size);
	case WIRE_MAP:
		return write_entries(out, c, w.size);
	}
}

static void write_map(
	struct buffer *out, const struct sample *s, const struct sample_map *m, struct str key)
{
	struct cursor c = { s->data + m->start, s->data + m->end };
	buffer_add_str(out, key);
	write_entries(out, &c, m->count);
}

static void write_unsigned(struct buffer *out, struct str key, uint64_t v)
{
	buffer_add_str(out, key);
	out->len += number_format_unsigned((char *)buffer_reserve(out, NUMBER_TEXT), v);
}

static void write_head(struct buffer *out, const struct sample *s)
{
	buffer_add_str(out, STR("{\"time\":\""));
	out->len += timestamp_format((char *)buffer_reserve(out, TIMESTAMP_TEXT), s->time);
	buffer_add_str(out, STR("\",\"source\":"));
	json_write_text(out, s->source);
	write_unsigned(out, STR(",\"run\":"), s->run);
	write_unsigned(out, STR(",\"seq\":"), s->seq);
	if (s->kind.len) {
		buffer_add_str(out, STR(",\"kind\":"));
		json_write_text(out, s->kind);
	}
}

void json_write(struct buffer *out, const struct sample *s)
{
	write_head(out, s);
	write_map(out, s, &s->values, STR(",\"values\":"));
	if (s->quality.count)
		write_map(out, s, &s->quality, STR(",\"quality\":"));
	if (s->via.count)
		write_map(out, s, &s->via, STR(",\"via\":"));
	buffer_add(out, "}\n", 2);
}
