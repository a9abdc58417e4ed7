/* Float 64 and decimal text, both ways exact and fast. */
#ifndef DUTO_NUMBER_H
#define DUTO_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_TEXT = 32 }; /* bytes that number_format needs at most */

/* Writes the shortest decimal that reads back as v: 0.1, 230.5, 1e+300, -0; of several the nearest
 * to v. No NUL; returns the length. As JSON wants it: finite v only. An integral v has no ".0"
 * unless it would read back as an integer and integral_point is set ("3.0"). */
size_t number_format(char *to, double v, bool integral_point);

/* Reads a decimal number ("-12.5e3") at text: correctly rounded. Returns how many bytes belong to
 * it, 0 where there is none. No leading space or "+", no hex, no inf, no nan. *ret_integer tells
 * that it has neither point nor exponent and fits *ret_int. */
size_t number_parse(const char *text, size_t len, double *ret, bool *ret_integer, int64_t *ret_int);

#endif
