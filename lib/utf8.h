/* Whether text is UTF-8 (RFC 3629). */
#ifndef DUTO_UTF8_H
#define DUTO_UTF8_H

#include "str.h"
#include "json/json_text.h"

static inline bool utf8_valid(struct str s)
{
	for (size_t i = 0, n; i < s.len; i += n) {
		n = (unsigned char)s.data[i] < 0x80 ? 1 : json_utf8(s.data + i, s.len - i);
		if (!n)
			return false;
	}
	return true;
}

#endif
