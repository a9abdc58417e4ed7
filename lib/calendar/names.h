/* Words of calendar files: weekdays and months' days. */
#ifndef DUTO_CALENDAR_NAMES_H
#define DUTO_CALENDAR_NAMES_H

#include "pipeline/yaml.h"
#include "str.h"

/* mon to sun: 0 to 6 as in date.h; -1 for other words. */
int names_weekday(struct str word);

/* A day of every year, 12-25, as month * 100 + day: 1225. 0, or -EINVAL with a message. 02-29 is
 * one. */
int names_month_day(const struct yaml_node *n, int *ret, char **ret_error);

#endif
