/* Amounts as people read them, in about three digits: 84.2M, 5.3h. */
#ifndef DUTO_HUMAN_H
#define DUTO_HUMAN_H

#include <stdint.h>

enum { HUMAN_TEXT = 16 }; /* bytes of a text, its NUL included */

void human_count(char to[HUMAN_TEXT], double value); /* k, M, G, T: powers of ten */
void human_size(char to[HUMAN_TEXT], double bytes);  /* K, M, G, T: powers of two */
void human_span(char to[HUMAN_TEXT], int64_t ns);    /* s, m, h, d */

#endif
