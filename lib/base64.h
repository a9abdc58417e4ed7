/* Base64 with padding, RFC 4648 section 4. */
#ifndef DUTO_BASE64_H
#define DUTO_BASE64_H

#include "buffer.h"

/* Appends the text of data. */
void base64_encode(struct buffer *out, struct str data);

/* Appends the bytes of text. 0, or -EINVAL where it is not base64: out is then as before. */
int base64_decode(struct buffer *out, struct str text);

#endif
