/* Test Anything Protocol for unit tests: ok(), is_str(), then return done(). */
#ifndef DUTO_TAP_H
#define DUTO_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3))) static inline bool ok(bool condition, const char *title, ...)
{
	va_list args;
	tap_failed += !condition;
	printf("%sok %d - ", condition ? "" : "not ", ++tap_count);
	va_start(args, title);
	vprintf(title, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return condition;
}

static inline bool is_str(const char *actual, const char *expected, const char *title)
{
	bool same = actual && expected ? strcmp(actual, expected) == 0 : actual == expected;
	if (!ok(same, "%s", title))
		printf("#      got: %s\n# expected: %s\n", actual ? actual : "(null)",
			expected ? expected : "(null)");
	return same;
}

static inline int done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed > 0;
}

#endif
