#include "roff.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void put(char c)
{
	if (c == '\\')
		fputs("\\e", stdout);
	else if (c == '-')
		fputs("\\-", stdout);
	else if (c == '"')
		fputs("\\(dq", stdout);
	else
		putchar(c);
}

/* A line that begins with a dot or an apostrophe would be a request. */
static void put_line(const char *text, size_t len)
{
	if (len && (*text == '.' || *text == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < len; i++)
		put(text[i]);
}

void roff_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++)
		put(*text == '\n' ? ' ' : *text);
}

void roff_lines(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		put_line(text, len);
		text += len;
		if (*text)
			putchar(*text++);
	}
}

static size_t paragraph(const char *text)
{
	const char *end = strstr(text, "\n\n");
	return end ? (size_t)(end - text) : strlen(text);
}

void roff_paragraphs(const char *text)
{
	while (*text) {
		size_t len = paragraph(text);
		bool as_it_is = *text == ' ';
		fputs(as_it_is ? ".PP\n.nf\n" : ".PP\n", stdout);
		for (const char *line = text; line < text + len;) {
			size_t n = strcspn(line, "\n");
			put_line(line, n);
			putchar('\n');
			line += n + (line[n] != 0);
		}
		fputs(as_it_is ? ".fi\n" : "", stdout);
		text += len + strspn(text + len, "\n");
	}
}
