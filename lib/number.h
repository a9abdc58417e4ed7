/* Float 64 and decimal text, both ways exact and fast. */
#ifndef DUTO_NUMBER_H
#define DUTO_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_TEXT = 32 }; /* bytes that number_format needs at most */

/* Writes the shortest decimal that reads back as v: 0.1, 230.5, 1e+300, -0; of several the nearest
 * to v. From 1e-6 up to below 1e21 without exponent. No NUL; returns the length. As JSON wants it:
 * finite v only. An integral v written without exponent has no ".0" unless integral_point is set
 * ("3.0"), so that it does not read back as an integer. Raffaello Giulietti, The Schubfach way to
 * render doubles, 2020. */
size_t number_format(char *to, double v, bool integral_point);

/* Writes v in decimal. No NUL; returns the length, at most 20. */
size_t number_format_integer(char *to, int64_t v);
size_t number_format_unsigned(char *to, uint64_t v);

/* Reads a decimal number ("-12.5e3", ".5") at text: correctly rounded, ties to even. Returns how
 * many bytes belong to it, 0 where there is none. No leading space or "+", no hex, no inf, no nan;
 * a point counts only with a digit behind it. What is too large for a double reads as infinity.
 * *ret_integer tells that it has neither point nor exponent and fits *ret_int. Daniel Lemire,
 * Number Parsing at a Gigabyte per Second, 2021. */
size_t number_parse(const char *text, size_t len, double *ret, bool *ret_integer, int64_t *ret_int);

#endif
