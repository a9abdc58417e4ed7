#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int failure(int status, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "duto: error: %s\n", text);
	return status;
}

int failure_with(int status, char *message)
{
	failure(status, "%s", message);
	free(message);
	return status;
}
