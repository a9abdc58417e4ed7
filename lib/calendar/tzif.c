/* TZif files: RFC 8536. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "calendar/zone.h"
#include "calendar/zone_parts.h"
#include "date.h"
#include "wire.h"

enum { HEADER = 44, VERSION_AT = 4, COUNTS_AT = 20, TYPE = 6, LEAP_SECOND = 4 };

struct counts {
	size_t in_utc, standard, leap, times, types, letters;
};

/* Bytes that are still to be read. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

static const uint8_t *take(struct bytes *b, size_t len)
{
	const uint8_t *at = b->at;
	if (len > b->left)
		return NULL;
	b->at += len;
	b->left -= len;
	return at;
}

static bool read_header(struct bytes *b, struct counts *ret)
{
	const uint8_t *header = take(b, HEADER), *at = header + COUNTS_AT;
	if (!header || memcmp(header, "TZif", 4) != 0 || header[VERSION_AT] < '2')
		return false;
	*ret = (struct counts){ wire_load32(at), wire_load32(at + 4), wire_load32(at + 8),
		wire_load32(at + 12), wire_load32(at + 16), wire_load32(at + 20) };
	return true;
}

/* Steps over the block of 32-bit times that comes first. */
static bool skip_first_block(struct bytes *b)
{
	struct counts n;
	return read_header(b, &n) &&
	       take(b, n.times * 5 + n.types * TYPE + n.letters + n.leap * (LEAP_SECOND + 4) +
			       n.standard + n.in_utc);
}

static bool read_changes(struct zone *z, struct bytes *b, const struct counts *n)
{
	const uint8_t *times = take(b, n->times * 8), *places = take(b, n->times),
		      *types = take(b, n->types * TYPE);
	if (!times || !places || !types || !n->types)
		return false;
	z->offset = (int32_t)wire_load32(types);
	for (size_t i = 0; i < n->times; i++) {
		if (places[i] >= n->types)
			return false;
		int32_t offset = (int32_t)wire_load32(types + places[i] * TYPE);
		if (abs(offset) > 26 * 3600)
			return false;
		zone_add(z, (int64_t)wire_load64(times + i * 8), offset);
	}
	return abs(z->offset) <= 26 * 3600;
}

/* The year of the last change, from which on the rule holds. */
static int last_year(const struct zone *z)
{
	int64_t first = date_number(1970, 1, 1) * INT64_C(86400);
	int64_t at = z->count ? z->changes[z->count - 1].at : first;
	int64_t end = date_number(DATE_YEAR_MAX, 1, 1) * INT64_C(86400);
	return at < first || at > end ? 1970 : date_of((int32_t)(at / 86400)).year;
}

static bool read_footer(struct zone *z, struct bytes *b)
{
	const uint8_t *end;
	if (b->left < 2 || b->at[0] != '\n' || !(end = memchr(b->at + 1, '\n', b->left - 1)))
		return false;
	struct str rule = { (const char *)b->at + 1, (size_t)(end - b->at) - 1 };
	return !rule.len || zone_add_rule(z, rule, last_year(z)) == 0;
}

/* Leap seconds are refused: samples do not count them. */
static bool read_zone(struct zone *z, struct bytes *b)
{
	struct counts n;
	return skip_first_block(b) && read_header(b, &n) && !n.leap && read_changes(z, b, &n) &&
	       take(b, n.letters + n.standard + n.in_utc) && read_footer(z, b);
}

int zone_parse(const char *name, const void *data, size_t len, struct zone **ret)
{
	struct zone *z = calloc(1, sizeof(*z));
	if (!z || !(z->name = strdup(name)))
		abort();
	if (!read_zone(z, &(struct bytes){ data, len })) {
		zone_free(z);
		return -EINVAL;
	}
	*ret = z;
	return 0;
}
