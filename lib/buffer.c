#include "buffer.h"

#include "allocate.h"
#include "text.h"

void buffer_grow(struct buffer *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;
	while (cap - b->len < more)
		cap *= 2;
	b->data = or_abort(realloc(b->data, cap));
	b->cap = cap;
}

void buffer_print(struct buffer *b, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vprint(format, args);
	va_end(args);
	buffer_add_str(b, str(text));
	free(text);
}
