/* What a file says about when: the keys `zone`, `holidays`, `seasons` and `posts` of a tariff or of a
 * schedule file.
 *
 *     zone: America/Sao_Paulo        # absent: UTC
 *     holidays: brazil.yaml         # a calendar of schemas/holidays, or a list of holidays
 *     seasons: ...                  # schedule.h
 *     posts: ...                    # absent: one post, `all` */
#ifndef DUTO_TIMETABLE_H
#define DUTO_TIMETABLE_H

#include "calendar/schedule.h"
#include "calendar/zone.h"

struct timetable {
	const struct zone *zone;
	struct holidays *holidays; /* NULL: none named */
	struct schedule *schedule;
};

/* Reads these keys of a map and looks at no others. path: the file. 0, or
 * -errno with a malloc'ed message. */
int timetable_read(
	const struct yaml_node *map, const char *path, struct timetable *ret, char **ret_error);

/* The same from a file (a path, or a name in schemas/tariffs). */
int timetable_load(const char *name, struct timetable *ret, char **ret_error);
void timetable_free(struct timetable *t);

#endif
