/* What goes wrong in a command of duto itself. */
#ifndef DUTO_FAILURE_H
#define DUTO_FAILURE_H

/* Says "duto: error: ..." on standard error and returns the status. */
int failure(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, of a malloc'ed message, which it frees. */
int failure_with(int status, char *message);

#endif
