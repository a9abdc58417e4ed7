/* What reading and writing of JSON strings share: which bytes stand for themselves, and UTF-8. */
#ifndef DUTO_JSON_TEXT_H
#define DUTO_JSON_TEXT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JSON_BYTES(b) (UINT64_C(0x0101010101010101) * (b))

/* Marks, by their top bits, the bytes of eight that are a control character, '"', '\' or not ASCII.
 * Marks above the first one may be wrong: a borrow runs upwards. */
static inline uint64_t json_special(uint64_t eight)
{
	uint64_t quote = eight ^ JSON_BYTES('"'), backslash = eight ^ JSON_BYTES('\\');
	uint64_t below =
		(eight - JSON_BYTES(0x20)) | (quote - JSON_BYTES(1)) | (backslash - JSON_BYTES(1));
	return (below | eight) & JSON_BYTES(0x80);
}

/* How many bytes at the beginning of a string stand for themselves. */
static inline size_t json_plain(const char *text, size_t len)
{
	size_t i = 0;
	for (; len - i >= 8; i += 8) {
		uint64_t eight;
		memcpy(&eight, text + i, sizeof(eight));
		uint64_t special = json_special(le64toh(eight));
		if (special)
			return i + (size_t)(__builtin_ctzll(special) / 8);
	}
	for (; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
	}
	return i;
}

/* The length of the UTF-8 sequence at text, 0 where it is not well-formed: overlong, a surrogate,
 * above U+10FFFF or cut short (Unicode 15.0, table 3-7). */
static inline size_t json_utf8(const char *text, size_t len)
{
	const unsigned char *b = (const unsigned char *)text;
	size_t n = b[0] < 0x80 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (n == 1)
		return 1;
	if (b[0] < 0xc2 || b[0] > 0xf4 || len < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
		(b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
		return 0;
	return n;
}

#endif
