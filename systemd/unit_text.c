#include "unit_text.h"

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

void unit_text_add(struct buffer *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			buffer_add_char(to, '%');
		buffer_add_char(to, is_control((unsigned char)*text) ? ' ' : *text);
	}
}

void unit_text_quote(struct buffer *to, const char *text)
{
	buffer_add_char(to, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (is_control(c) || c >= 0x80) {
			buffer_print(to, "\\x%02x", c);
			continue;
		}
		if (c == '%' || c == '$')
			buffer_add_char(to, *text);
		if (c == '"' || c == '\\')
			buffer_add_char(to, '\\');
		buffer_add_char(to, *text);
	}
	buffer_add_char(to, '"');
}
