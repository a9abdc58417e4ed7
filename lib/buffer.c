#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>

void buffer_print(struct buffer *b, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	int n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		abort();
	buffer_add(b, text, (size_t)n);
	free(text);
}
