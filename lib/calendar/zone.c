#include "calendar/zone.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "calendar/zone_parts.h"
#include "file.h"
#include "text.h"

enum {
	FILE_MAX = 1 << 20,
	OFFSET_MAX = 26 * 3600, /* RFC 8536, 3.2: more than any offset */
};

static struct zone *zones;

static bool can_be_name(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_+-/";
	return *name && *name != '/' && strlen(name) < 256 && !name[strspn(name, letters)];
}

static int read_file(const char *name, struct buffer *to)
{
	const char *folder = getenv("TZDIR");
	char *path = text_print("%s/%s", folder ? folder : "/usr/share/zoneinfo", name);
	int r = file_read(path, FILE_MAX, to);
	free(path);
	return r == -EISDIR || r == -ENOTDIR ? -ENOENT : r;
}

static int add_zone(const char *name, const struct zone **ret)
{
	struct buffer bytes = { 0 };
	struct zone *z;
	int r = read_file(name, &bytes);
	if (r == 0)
		r = zone_parse(name, bytes.data, bytes.len, &z);
	buffer_free(&bytes);
	if (r < 0)
		return r;
	z->next = zones;
	zones = z;
	*ret = z;
	return 0;
}

int zone_open(const char *name, const struct zone **ret)
{
	if (!can_be_name(name))
		return -EINVAL;
	for (const struct zone *z = zones; z; z = z->next)
		if (strcmp(z->name, name) == 0) {
			*ret = z;
			return 0;
		}
	return add_zone(name, ret);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

void zone_free(struct zone *z)
{
	free(z->changes);
	free(z->name);
	free(z);
}

void zone_add(struct zone *z, int64_t at, int32_t offset)
{
	const struct zone_change *last = z->count ? &z->changes[z->count - 1] : NULL;
	if (offset == (last ? last->offset : z->offset) || (last && at <= last->at))
		return;
	if (z->count == z->room) {
		z->room = z->room ? 2 * z->room : 64;
		z->changes = reallocate(z->changes, z->room, sizeof(*z->changes));
	}
	z->changes[z->count++] = (struct zone_change){ at, offset };
}

/* Span n lies before change n. */
static struct zone_span span_number(const struct zone *z, size_t n)
{
	return (struct zone_span){
		.first = n ? z->changes[n - 1].at : INT64_MIN,
		.end = n < z->count ? z->changes[n].at : INT64_MAX,
		.offset = n ? z->changes[n - 1].offset : z->offset,
	};
}

static size_t find_span(const struct zone *z, int64_t seconds)
{
	size_t low = 0, high = z->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (z->changes[middle].at <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void zone_span_at(const struct zone *z, int64_t seconds, struct zone_span *ret)
{
	*ret = span_number(z, find_span(z, seconds));
}

int zone_utc(const struct zone *z, int32_t day, int64_t second, int64_t ret[2])
{
	int64_t local = day * INT64_C(86400) + second, jump = 0;
	int found = 0;
	for (size_t n = find_span(z, local - OFFSET_MAX); n <= z->count && found < 2; n++) {
		struct zone_span span = span_number(z, n);
		int64_t seconds = local - span.offset;
		if (seconds < span.first)
			break;
		if (seconds < span.end)
			ret[found++] = seconds * SECONDS;
		else
			jump = span.end;
	}
	if (!found)
		ret[0] = jump * SECONDS;
	if (found < 2)
		ret[1] = ret[0];
	return found;
}

int64_t zone_day_start(const struct zone *z, int32_t day)
{
	int64_t moments[2];
	zone_utc(z, day, 0, moments);
	return moments[0];
}
