#include "title.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "allocate.h"
#include "utf8.h"

/* SI units (BIPM, SI brochure, 9th edition) and others that meters and machines show. */
static const char *const units[] = { "%", "A", "Ah", "Bq", "C", "F", "GWh", "H", "Hz", "J", "K",
	"N", "Nm", "Ohm", "Pa", "S", "T", "V", "VA", "VAh", "W", "Wb", "Wh", "bar", "cd", "d",
	"deg", "g", "h", "kg", "l", "L", "lm", "lx", "m", "min", "mol", "ppm", "ppb", "psi", "rad",
	"rpm", "s", "t", "var", "varh", "\xc2\xb0",
	"\xc2\xb0"
	"C",
	"\xc2\xb0"
	"F",
	"\xe2\x84\xa6", "\xce\xa9" };

static const char *const prefixes[] = { "k", "M", "G", "m", "c", "d", "h", "n", "u", "\xc2\xb5",
	"\xce\xbc" };

/* What the letters U+00C0 to U+017F are without their accents; "." is no letter. */
static const char plain_latin[] = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiii"
				  "dnooooo.ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggg"
				  "gggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooo"
				  "oooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static struct str trim(struct str s)
{
	while (s.len && strchr(" \t\r\n", s.data[0]))
		s = (struct str){ s.data + 1, s.len - 1 };
	while (s.len && strchr(" \t\r\n", s.data[s.len - 1]))
		s.len--;
	return s;
}

static bool is_one_of(struct str word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(word, str(words[i])))
			return true;
	return false;
}

static bool is_unit(struct str word)
{
	size_t count = sizeof(units) / sizeof(*units);
	if (is_one_of(word, units, count))
		return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		struct str prefix = str(prefixes[i]);
		struct str rest = { word.data + prefix.len, word.len - prefix.len };
		if (str_starts(word, prefix) && is_one_of(rest, units, count))
			return true;
	}
	return false;
}

/* Units joined by / . * and with powers: m3/h, kg/m^2. */
static bool reads_as_unit(struct str text)
{
	size_t start = 0;
	bool any = false;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && !strchr("/.*^-23", text.data[i]))
			continue;
		struct str word = { text.data + start, i - start };
		if (word.len && !is_unit(word))
			return false;
		any = any || word.len;
		start = i + 1;
	}
	return any;
}

struct str title_unit(struct str title, struct str *ret_rest)
{
	title = *ret_rest = trim(title);
	char closing = title.len ? title.data[title.len - 1] : '\0';
	if (closing != ']' && closing != ')')
		return STR("");
	const char *opening = memrchr(title.data, closing == ']' ? '[' : '(', title.len);
	if (!opening)
		return STR("");
	const char *end = title.data + title.len - 1;
	struct str unit = trim((struct str){ opening + 1, (size_t)(end - opening) - 1 });
	if (closing == ')' && !reads_as_unit(unit))
		return STR("");
	*ret_rest = trim((struct str){ title.data, (size_t)(opening - title.data) });
	return unit;
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of the character at data: 1 also for what is not UTF-8. */
static size_t character(struct str s, uint32_t *ret)
{
	static const uint8_t lead_masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint8_t first = (uint8_t)s.data[0];
	size_t len = first < 0x80   ? 1
		     : first < 0xc2 ? 0
		     : first < 0xe0 ? 2
		     : first < 0xf0 ? 3
		     : first < 0xf5 ? 4
				    : 0;
	*ret = first & lead_masks[len];
	for (size_t i = 1; i < len; i++) {
		if (i == s.len || ((uint8_t)s.data[i] & 0xc0) != 0x80)
			len = 0;
		else
			*ret = *ret << 6 | ((uint8_t)s.data[i] & 0x3f);
	}
	if (len)
		return len;
	*ret = ' ';
	return 1;
}

/* The ASCII that stands for a character; '\0': itself; '_': it parts words. */
static char plain(uint32_t c)
{
	if (c < 0x80)
		return is_small((char)c) || is_digit((char)c) ? (char)c
		       : is_capital((char)c)		      ? (char)(c + 32)
							      : '_';
	if (c >= 0xc0 && c < 0x180)
		return plain_latin[c - 0xc0] == '.' ? '_' : plain_latin[c - 0xc0];
	if (c == 0xb2 || c == 0xb3)
		return (char)('2' + c - 0xb2);
	if (c == 0xb5)
		return 'u';
	bool symbol = c < 0xc0 || (c >= 0x2000 && c < 0x2c00) || (c >= 0x3000 && c < 0x3040) ||
		      c >= 0xfe00;
	return symbol ? '_' : '\0';
}

/* Whether camelCase begins a word at i: activePower, HTTPServer, but not kWh. */
static bool begins_word(struct str s, size_t i)
{
	if (i < 2 || !is_capital(s.data[i]))
		return false;
	if (is_small(s.data[i - 1]))
		return is_small(s.data[i - 2]) ||
		       (i > 2 && is_capital(s.data[i - 2]) && is_small(s.data[i - 3]));
	bool small_follow = i + 2 < s.len && is_small(s.data[i + 1]) && is_small(s.data[i + 2]);
	return is_capital(s.data[i - 1]) && is_capital(s.data[i - 2]) && small_follow;
}

void title_name(struct buffer *to, struct str title)
{
	size_t start = to->len, len;
	bool parted = false;
	for (size_t i = 0; i < title.len; i += len) {
		uint32_t c;
		len = character((struct str){ title.data + i, title.len - i }, &c);
		char ascii = plain(c);
		parted = parted || ascii == '_' || begins_word(title, i);
		if (ascii == '_')
			continue;
		if (parted && to->len > start)
			buffer_add_char(to, '_');
		parted = false;
		if (ascii)
			buffer_add_char(to, ascii);
		else
			buffer_add(to, title.data + i, len);
	}
}

static bool is_taken(const struct title *titles, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(titles[i].name, name))
			return true;
	return false;
}

/* Gives title number at its name, built in text. */
static void name_it(struct title *titles, size_t at, struct buffer *text)
{
	char number[32];
	text->len = 0;
	title_name(text, titles[at].label);
	if (!text->len) {
		int n = snprintf(number, sizeof(number), "column_%zu", at + 1);
		buffer_add(text, number, (size_t)n);
	}
	size_t len = text->len;
	for (size_t copy = 2; is_taken(titles, at, buffer_str(text)); copy++) {
		int n = snprintf(number, sizeof(number), "_%zu", copy);
		text->len = len;
		buffer_add(text, number, (size_t)n);
	}
}

static struct str keep(char **to, struct str text)
{
	struct str kept = { *to, text.len };
	*to = text.len ? mempcpy(*to, text.data, text.len) : *to;
	return kept;
}

enum { NAME_EXTRA = 48 }; /* column_N_M or the underscores of a name, beyond twice its title */

struct title *title_read(const struct str *titles, size_t count)
{
	size_t text = 0;
	for (size_t i = 0; i < count; i++)
		text += 3 * titles[i].len + NAME_EXTRA;
	struct title *ret = or_abort(malloc(count * sizeof(*ret) + text + 1));
	char *to = (char *)(ret + count);
	struct buffer name = { 0 };
	for (size_t i = 0; i < count; i++) {
		ret[i].title = keep(&to, titles[i]);
		ret[i].unit = title_unit(ret[i].title, &ret[i].label);
		name_it(ret, i, &name);
		ret[i].name = keep(&to, buffer_str(&name));
		if (!utf8_valid(ret[i].unit))
			ret[i].unit = STR("");
		if (!utf8_valid(ret[i].label))
			ret[i].label = ret[i].name;
	}
	buffer_free(&name);
	return ret;
}
