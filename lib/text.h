/* Messages and paths put together as malloc'ed text. Running out of memory aborts, as in buffer.h.
 */
#ifndef DUTO_TEXT_H
#define DUTO_TEXT_H

#include <stdarg.h>

char *text_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_vprint(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* Leaves the message in *ret_error and returns -EINVAL. */
int text_refuse(char **ret_error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
