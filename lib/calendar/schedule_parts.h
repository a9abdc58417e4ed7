/* What the files of schedule.c share: the entries of a schedule as they stand in the file. */
#ifndef DUTO_SCHEDULE_PARTS_H
#define DUTO_SCHEDULE_PARTS_H

#include "calendar/schedule.h"

enum holiday_rule_of_entry { AS_WEEKDAY, EXCLUDED, INCLUDED, ONLY };

struct schedule_entry {
	const struct yaml_node *node;
	int post;
	uint8_t weekdays; /* bit n: weekday n */
	enum holiday_rule_of_entry holidays;
	uint32_t seasons; /* bit n: season n; none set: any */
	bool slots[SCHEDULE_SLOTS];
	bool applies; /* somewhere */
};

struct schedule {
	char *posts[SCHEDULE_POSTS];
	int post_count;
	char *seasons[SCHEDULE_SEASONS];
	int season_count;
	bool needs_holidays;
	uint32_t season_of[12][31]; /* which seasons hold on a day of the year */
	uint16_t set_of[12][31];    /* the rows for it */
	uint8_t (*rows)[2][7][SCHEDULE_SLOTS];
	size_t set_count;
};

/* Reads the seasons into season_of. */
int schedule_read_seasons(struct schedule *s, const struct yaml_node *n, char **ret_error);

/* Reads one entry of posts; its post is added to the schedule's where it is new. */
int schedule_read_entry(struct schedule *s, const struct yaml_node *n, struct schedule_entry *ret,
	char **ret_error);

int schedule_expected(const struct yaml_node *n, const char *what, char **ret_error);

#endif
