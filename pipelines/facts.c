#include "facts.h"

#include <stdlib.h>
#include <unistd.h>

#include "text.h"

void facts_put(
	struct terminal *t, const char *title, const char *attribute, const char *format, ...)
{
	va_list args;
	char *text;
	va_start(args, format);
	text = text_vprint(format, args);
	va_end(args);
	terminal_put_colored(t, TERMINAL_DIM, str(title));
	terminal_put_spaces(t, FACTS_TITLE - (int)strlen(title));
	terminal_put_colored(t, attribute, str(text));
	terminal_new_line(t);
	free(text);
}

bool facts_colored(void)
{
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}
