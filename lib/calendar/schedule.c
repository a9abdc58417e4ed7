#include "calendar/schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "calendar/schedule_parts.h"
#include "date.h"

enum { ENTRIES = 1024, NOT_COVERED = 0xff };

static const char *const weekday_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static bool applies(
	const struct schedule_entry *e, uint32_t seasons, bool holiday, int weekday, int slot)
{
	bool on_weekday = e->weekdays >> weekday & 1;
	bool on_day = e->holidays == AS_WEEKDAY ? on_weekday
		      : e->holidays == EXCLUDED ? on_weekday && !holiday
		      : e->holidays == INCLUDED ? on_weekday || holiday
						: on_weekday && holiday;
	return on_day && e->slots[slot] && (!e->seasons || e->seasons & seasons);
}

static uint8_t post_of(struct schedule_entry *entries, size_t count, uint32_t seasons, bool holiday,
	int weekday, int slot)
{
	for (size_t i = 0; i < count; i++)
		if (applies(&entries[i], seasons, holiday, weekday, slot)) {
			entries[i].applies = true;
			return (uint8_t)entries[i].post;
		}
	return NOT_COVERED;
}

/* The rows of one set of seasons. Returns the first place that no entry covers as a number, or -1. */
static int fill_rows(struct schedule *s, size_t set, uint32_t seasons,
	struct schedule_entry *entries, size_t count)
{
	int open = -1;
	for (int at = 0; at < 2 * 7 * SCHEDULE_SLOTS; at++) {
		int slot = at % SCHEDULE_SLOTS, weekday = at / SCHEDULE_SLOTS % 7;
		bool holiday = at / SCHEDULE_SLOTS / 7;
		uint8_t post = post_of(entries, count, seasons, holiday, weekday, slot);
		s->rows[set][holiday][weekday][slot] = post;
		if (post == NOT_COVERED && open < 0)
			open = at;
	}
	return open;
}

static int refuse_open(
	const struct yaml_node *posts, int month, int day, int open, char **ret_error)
{
	int slot = open % SCHEDULE_SLOTS, minutes = slot * SCHEDULE_SLOT / 60;
	bool holiday = open / SCHEDULE_SLOTS / 7;
	*ret_error =
		yaml_error(posts, "no post covers %02d:%02d on a %s%s in the season of %02d-%02d",
			minutes / 60, minutes % 60, weekday_names[open / SCHEDULE_SLOTS % 7],
			holiday ? " that is a holiday" : "", month, day);
	return -EINVAL;
}

/* One set of rows for each set of seasons that holds on some day of the year. */
static int compile(struct schedule *s, const struct yaml_node *posts,
	struct schedule_entry *entries, size_t count, char **ret_error)
{
	uint32_t sets[12 * 31];
	for (int day = 0; day < 12 * 31; day++) {
		uint32_t seasons = s->season_of[day / 31][day % 31];
		size_t set = 0;
		while (set < s->set_count && sets[set] != seasons)
			set++;
		s->set_of[day / 31][day % 31] = (uint16_t)set;
		if (set < s->set_count || day % 31 >= date_month_days(2000, day / 31 + 1))
			continue;
		sets[s->set_count++] = seasons;
		s->rows = reallocate(s->rows, s->set_count, sizeof(*s->rows));
		int open = fill_rows(s, set, seasons, entries, count);
		if (open >= 0)
			return refuse_open(posts, day / 31 + 1, day % 31 + 1, open, ret_error);
	}
	for (size_t i = 0; i < count; i++)
		if (!entries[i].applies) {
			*ret_error = yaml_error(entries[i].node,
				"this never applies: posts before it take all of its time");
			return -EINVAL;
		}
	return 0;
}

static int read_posts(struct schedule *s, const struct yaml_node *posts,
	struct schedule_entry *entries, char **ret_error)
{
	size_t count = 0;
	int r = 0;
	for (const struct yaml_node *n = posts->first; n && !r; n = n->next)
		r = schedule_read_entry(s, n, &entries[count++], ret_error);
	return r ?: compile(s, posts, entries, count, ret_error);
}

int schedule_read(const struct yaml_node *posts, const struct yaml_node *seasons,
	struct schedule **ret, char **ret_error)
{
	int r = yaml_check_list(posts, ret_error);
	if (r < 0)
		return r;
	if (!posts->count || posts->count > ENTRIES)
		return schedule_expected(posts, "one to 1024 posts", ret_error);
	struct schedule *s = allocate(1, sizeof(*s));
	struct schedule_entry *entries = allocate(posts->count, sizeof(*entries));
	r = schedule_read_seasons(s, seasons, ret_error);
	r = r ?: read_posts(s, posts, entries, ret_error);
	free(entries);
	if (r < 0)
		schedule_free(s);
	else
		*ret = s;
	return r;
}

struct schedule *schedule_constant(const char *name)
{
	struct schedule *s = calloc(1, sizeof(*s));
	if (!s || !(s->posts[0] = strdup(name)) || !(s->rows = calloc(1, sizeof(*s->rows))))
		abort();
	s->post_count = 1;
	s->set_count = 1;
	return s;
}

void schedule_free(struct schedule *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->post_count; i++)
		free(s->posts[i]);
	for (int i = 0; i < s->season_count; i++)
		free(s->seasons[i]);
	free(s->rows);
	free(s);
}

bool schedule_needs_holidays(const struct schedule *s)
{
	return s->needs_holidays;
}

int schedule_count(const struct schedule *s)
{
	return s->post_count;
}

const char *schedule_name(const struct schedule *s, int post)
{
	return s->posts[post];
}

int schedule_find(const struct schedule *s, struct str name)
{
	for (int i = 0; i < s->post_count; i++)
		if (str_eq(name, str(s->posts[i])))
			return i;
	return -1;
}

const uint8_t *schedule_day(const struct schedule *s, const struct holidays *h, int32_t day)
{
	struct date d = date_of(day);
	return s->rows[s->set_of[d.month - 1][d.day - 1]][holidays_has(h, day)][date_weekday(day)];
}
