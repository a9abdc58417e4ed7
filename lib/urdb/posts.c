/* The posts of a tariff: months that are alike are a season, hours that are alike a span. */
#include "urdb/rate.h"

static bool same_months(const struct urdb_rate *r, size_t a, size_t b)
{
	return !memcmp(r->post_of[0][a], r->post_of[0][b], URDB_HOURS) &&
	       !memcmp(r->post_of[1][a], r->post_of[1][b], URDB_HOURS);
}

/* The first month that is like it. */
static size_t first_like(const struct urdb_rate *r, size_t month)
{
	size_t first = 0;
	while (!same_months(r, first, month))
		first++;
	return first;
}

static bool has_seasons(const struct urdb_rate *r)
{
	for (size_t month = 1; month < URDB_MONTHS; month++)
		if (first_like(r, month))
			return true;
	return false;
}

static void write_season(struct urdb_rate *r, size_t first)
{
	const char *between = "";
	buffer_print(r->to, "  from_month_%zu: { months: [", first + 1);
	for (size_t month = first; month < URDB_MONTHS; month++) {
		if (first_like(r, month) != first)
			continue;
		buffer_print(r->to, "%s%zu", between, month + 1);
		between = ", ";
	}
	buffer_add_str(r->to, STR("] }\n"));
}

/* ", hours: [00:00-08:00, 22:00-24:00]"; nothing for all day. */
static void write_hours(struct urdb_rate *r, const uint8_t row[], uint8_t post)
{
	size_t spans = 0;
	for (size_t hour = 0, end; hour < URDB_HOURS; hour = end) {
		for (end = hour + 1; end < URDB_HOURS && row[end] == row[hour];)
			end++;
		if (row[hour] == post && end - hour < URDB_HOURS)
			buffer_print(r->to, "%s%02zu:00-%02zu:00", spans++ ? ", " : ", hours: [",
				hour, end);
	}
	if (spans)
		buffer_add_char(r->to, ']');
}

static void write_entry(
	struct urdb_rate *r, size_t month, const uint8_t row[], uint8_t post, const char *days)
{
	if (!memchr(row, post, URDB_HOURS))
		return;
	buffer_print(r->to, "  - { post: %s", r->posts[post].name);
	if (has_seasons(r))
		buffer_print(r->to, ", season: from_month_%zu", month + 1);
	if (*days)
		buffer_print(r->to, ", days: %s", days);
	write_hours(r, row, post);
	buffer_add_str(r->to, STR(" }\n"));
}

static void write_month(struct urdb_rate *r, size_t month)
{
	const uint8_t *weekday = r->post_of[URDB_WEEKDAY][month];
	const uint8_t *weekend = r->post_of[URDB_WEEKEND][month];
	bool alike = !memcmp(weekday, weekend, URDB_HOURS);
	for (size_t post = 0; post < r->post_count; post++) {
		write_entry(r, month, weekday, (uint8_t)post, alike ? "" : "mon-fri");
		if (!alike)
			write_entry(r, month, weekend, (uint8_t)post, "sat-sun");
	}
}

void urdb_write_posts(struct urdb_rate *r)
{
	if (r->post_count == 1)
		return;
	if (has_seasons(r))
		buffer_add_str(r->to, STR("seasons:\n"));
	for (size_t month = 0; has_seasons(r) && month < URDB_MONTHS; month++)
		if (first_like(r, month) == month)
			write_season(r, month);
	buffer_add_str(r->to, STR("posts:\n"));
	for (size_t month = 0; month < URDB_MONTHS; month++)
		if (first_like(r, month) == month)
			write_month(r, month);
}
