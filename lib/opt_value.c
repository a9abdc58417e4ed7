/* Values of options: numbers with units, and times. */
#include "opt_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "timestamp.h"

/* Reads the decimal number in front of a unit; the unit is what is left. */
static int number_and_unit(struct str text, double *ret, struct str *ret_unit)
{
	char copy[64];
	char *end;
	size_t digits = text.len && text.data[0] == '-';
	if (text.len <= digits || text.len >= sizeof(copy) ||
		!strchr("0123456789.", text.data[digits]))
		return -EINVAL;
	memcpy(copy, text.data, text.len);
	copy[text.len] = 0;
	if (copy[digits + 1] == 'x' || copy[digits + 1] == 'X')
		return -EINVAL;
	*ret = strtod(copy, &end);
	size_t used = (size_t)(end - copy);
	*ret_unit = (struct str){ text.data + used, text.len - used };
	return used && isfinite(*ret) ? 0 : -EINVAL;
}

struct unit {
	const char *name;
	double factor;
};

static int scaled(struct str text, const struct unit *units, size_t n, double *ret)
{
	struct str rest;
	double v;
	if (number_and_unit(text, &v, &rest))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (str_eq(rest, str(units[i].name))) {
			*ret = v * units[i].factor;
			return 0;
		}
	return -EINVAL;
}

#define SCALED(text, units, ret) scaled(text, units, sizeof(units) / sizeof(*(units)), ret)

int opt_duration(struct str text, int64_t *ret_ns)
{
	static const struct unit units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 },
		{ "s", 1e9 }, { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 }, { "d", 86400e9 },
		{ "w", 7 * 86400e9 } };
	double ns;
	if (str_eq(text, STR("0"))) {
		*ret_ns = 0;
		return 0;
	}
	if (SCALED(text, units, &ns) || ns < -9e18 || ns > 9e18)
		return -EINVAL;
	*ret_ns = (int64_t)(ns < 0 ? ns - 0.5 : ns + 0.5);
	return 0;
}

int opt_time(struct str text, int64_t now, int64_t *ret_ns)
{
	int64_t offset;
	if (text.len && text.data[0] == '-' && opt_duration(text, &offset) == 0) {
		*ret_ns = now + offset;
		return 0;
	}
	return timestamp_parse(text, ret_ns);
}

int opt_integer(struct str text, int64_t *ret)
{
	static const struct unit units[] = { { "", 1 }, { "k", 1e3 }, { "M", 1e6 }, { "G", 1e9 } };
	double v;
	char *end;
	errno = 0;
	if (text.len && text.len < 20) {
		*ret = strtoll(text.data, &end, 10);
		if (end == text.data + text.len && !errno && text.data[0] != ' ')
			return 0;
	}
	if (SCALED(text, units, &v) || v != (double)(int64_t)v)
		return -EINVAL;
	*ret = (int64_t)v;
	return 0;
}

int opt_size(struct str text, int64_t *ret_bytes)
{
	static const struct unit units[] = { { "", 1 }, { "k", 1024 }, { "K", 1024 },
		{ "M", 1 << 20 }, { "G", 1 << 30 }, { "T", 1024.0 * (1 << 30) } };
	double v;
	if (SCALED(text, units, &v) || v < 0 || v > 9e18)
		return -EINVAL;
	*ret_bytes = (int64_t)v;
	return 0;
}

int opt_number(struct str text, double *ret)
{
	static const struct unit units[] = { { "", 1 }, { "%", 0.01 }, { "k", 1e3 }, { "M", 1e6 } };
	return SCALED(text, units, ret);
}
