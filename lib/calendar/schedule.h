/* Schedules: which of a few named posts (ponta, intermediario, fora_ponta) a moment belongs to, by
 * clock time, weekday, holiday and season. In YAML, the first post that fits counts:
 *
 *     seasons:                              # optional; inclusive, may run over the new year
 *       dry: { from: 05-01, until: 10-31 }
 *       summer: { months: [6, 7, 8, 9] }
 *     posts:
 *       - post: ponta
 *         hours: 18:00-21:00                # or a list; 22:00-06:00 runs over midnight
 *         days: [mon, tue, wed, thu, fri]   # or mon-fri; each moment goes by its own date
 *         holidays: excluded                # included, only; absent: a holiday is its weekday
 *         season: dry                       # or a list
 *       - post: fora_ponta                  # no condition: the rest
 *
 * Times are of the local clock in steps of SCHEDULE_SLOT. A moment that no post takes is refused,
 * and so is an entry that can never apply. Several entries may name one post. Afterwards a schedule
 * is only looked at, from any thread. */
#ifndef DUTO_SCHEDULE_H
#define DUTO_SCHEDULE_H

#include <stdint.h>

#include "holidays.h"
#include "pipeline/yaml.h"

enum {
	SCHEDULE_SLOT = 300, /* seconds */
	SCHEDULE_SLOTS = 86400 / SCHEDULE_SLOT,
	SCHEDULE_POSTS = 64,
	SCHEDULE_SEASONS = 32,
};

struct schedule;

/* posts and seasons are the values of those keys; seasons may be NULL. */
int schedule_read(const struct yaml_node *posts, const struct yaml_node *seasons,
	struct schedule **ret, char **ret_error);

void schedule_free(struct schedule *s);

/* One post, always, of that name. */
struct schedule *schedule_constant(const char *name);

/* Whether any entry looks at holidays. */
bool schedule_needs_holidays(const struct schedule *s);

/* Posts are numbered in the order in which they are first named. */
int schedule_count(const struct schedule *s);
const char *schedule_name(const struct schedule *s, int post);
int schedule_find(const struct schedule *s, struct str name); /* -1: no such post */

/* The posts of a day, slot by slot of the local clock: row[second / SCHEDULE_SLOT]. Lives as long as
 * the schedule. */
const uint8_t *schedule_day(const struct schedule *s, const struct holidays *h, int32_t day);

static inline int schedule_post(
	const struct schedule *s, const struct holidays *h, int32_t day, int32_t second)
{
	return schedule_day(s, h, day)[second / SCHEDULE_SLOT];
}

/* Seasons are numbered in the order of the file. */
int schedule_season_find(const struct schedule *s, struct str name); /* -1: no such season */

#endif
