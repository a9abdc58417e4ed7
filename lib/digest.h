/* Digests that name what a result was made with: a model, a tariff. */
#ifndef DUTO_DIGEST_H
#define DUTO_DIGEST_H

#include "str.h"

enum { DIGEST_TEXT = 64 };

/* SHA-256 in lower-case hexadecimal, as sha256sum prints it, and a NUL. */
void digest_sha256(struct str data, char ret[DIGEST_TEXT + 1]);

#endif
