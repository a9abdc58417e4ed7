#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "json/json_text.h"

int terminal_columns(struct str text)
{
	int n = 0;
	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return n;
}

/* C0, DEL and C1. */
static bool is_control(const char *at, size_t len)
{
	unsigned char c = (unsigned char)*at;
	if (len == 1)
		return c < 0x20 || c == 0x7f;
	return len == 2 && c == 0xc2 && (unsigned char)at[1] < 0xa0;
}

void terminal_put(struct terminal *t, struct str text)
{
	const char *at = text.data, *end = text.data + text.len;
	while (at < end) {
		size_t n = json_utf8(at, (size_t)(end - at));
		if (n && !is_control(at, n))
			buffer_add(t->out, at, n);
		else
			buffer_add(t->out, "\xef\xbf\xbd", 3);
		t->column++;
		at += n ? n : 1;
	}
}

void terminal_put_colored(struct terminal *t, const char *attribute, struct str text)
{
	bool colored = t->colored && *attribute && text.len;
	if (colored)
		buffer_add_str(t->out, str(attribute));
	terminal_put(t, text);
	if (colored)
		buffer_add_str(t->out, STR("\x1b[0m"));
}

void terminal_put_spaces(struct terminal *t, int n)
{
	for (; n > 0; n--, t->column++)
		buffer_add_char(t->out, ' ');
}

void terminal_new_line(struct terminal *t)
{
	buffer_add_char(t->out, '\n');
	t->column = 0;
}

int terminal_width(int fd)
{
	struct winsize size = { 0 };
	if (!isatty(fd))
		return 0;
	ioctl(fd, TIOCGWINSZ, &size);
	return size.ws_col ? size.ws_col : 80;
}
