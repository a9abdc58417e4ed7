#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

char *text_vprint(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		abort();
	return text;
}

char *text_print(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vprint(format, args);
	va_end(args);
	return text;
}

int text_refuse(char **ret_error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*ret_error = text_vprint(format, args);
	va_end(args);
	return -EINVAL;
}
