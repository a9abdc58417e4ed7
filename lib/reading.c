#include "reading.h"

#include <errno.h>

int reading_decimal(const struct wire *w, int digits, decimal *ret)
{
	switch (w->type) {
	case WIRE_DOUBLE:
		return decimal_of_double(w->d, digits, ret);
	case WIRE_INT:
		return decimal_of_integer(w->i, ret);
	case WIRE_UINT:
		return w->u > INT64_MAX ? -EOVERFLOW : decimal_of_integer((int64_t)w->u, ret);
	case WIRE_STR:
		return decimal_parse(w->bytes, ret) < 0 ? -EDOM : 0;
	default:
		return -EDOM;
	}
}

decimal reading_kilo(struct str unit, struct str base)
{
	bool prefixed = unit.len == base.len + 1;
	if (!prefixed && unit.len != base.len)
		return 0;
	if (!str_eq((struct str){ unit.data + prefixed, unit.len - prefixed }, base))
		return 0;
	return !prefixed	   ? DECIMAL_ONE / 1000
	       : *unit.data == 'k' ? DECIMAL_ONE
	       : *unit.data == 'M' ? 1000 * DECIMAL_ONE
				   : 0;
}
