#include "base64.h"

#include <errno.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buffer *out, struct str data)
{
	uint8_t *to = buffer_reserve(out, (data.len + 2) / 3 * 4);
	for (size_t i = 0; i < data.len; i += 3) {
		size_t n = data.len - i < 3 ? data.len - i : 3;
		uint8_t in[3] = { 0 };
		memcpy(in, data.data + i, n);
		*to++ = (uint8_t)letters[in[0] >> 2];
		*to++ = (uint8_t)letters[(in[0] & 3) << 4 | in[1] >> 4];
		*to++ = n > 1 ? (uint8_t)letters[(in[1] & 15) << 2 | in[2] >> 6] : '=';
		*to++ = n > 2 ? (uint8_t)letters[in[2] & 63] : '=';
	}
	out->len += (data.len + 2) / 3 * 4;
}

/* -1 where c is none of the letters. */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t padding(struct str text)
{
	size_t n = 0;
	while (n < 2 && n < text.len && text.data[text.len - 1 - n] == '=')
		n++;
	return n;
}

int base64_decode(struct buffer *out, struct str text)
{
	size_t letters_len = text.len - padding(text);
	uint8_t *to = buffer_reserve(out, text.len / 4 * 3 + 3);
	size_t n = 0;
	uint32_t bits = 0;
	if (text.len % 4)
		return -EINVAL;
	for (size_t i = 0; i < letters_len; i++) {
		int v = value_of(text.data[i]);
		if (v < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)v;
		if (i % 4)
			to[n++] = (uint8_t)(bits >> (6 - i % 4 * 2));
	}
	if (bits & ((1u << (letters_len % 4 * 6 % 8)) - 1))
		return -EINVAL;
	out->len += n;
	return 0;
}
