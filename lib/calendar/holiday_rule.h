/* One entry of a holiday calendar: on which day of a year it falls. */
#ifndef DUTO_HOLIDAY_RULE_H
#define DUTO_HOLIDAY_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/yaml.h"

enum holiday_form {
	HOLIDAY_ONCE,	 /* day is its date */
	HOLIDAY_YEARLY,	 /* month_day, as names_month_day has it */
	HOLIDAY_EASTER,	 /* so many days behind Easter Sunday */
	HOLIDAY_WEEKDAY, /* the nth weekday of a month; -1: the last */
};

/* What happens to one that falls on a weekend. */
enum holiday_observed {
	OBSERVED_AS_IT_FALLS,
	OBSERVED_NEAREST_WEEKDAY,
	OBSERVED_NEXT_FREE_WEEKDAY
};

struct holiday_rule {
	enum holiday_form form;
	enum holiday_observed observed;
	int32_t day;
	int month_day, easter, month, weekday, nth;
	int from, until; /* years; both count */
	const struct yaml_node *except;
};

int holiday_rule_read(const struct yaml_node *n, struct holiday_rule *ret, char **ret_error);

/* False where there is none in that year. */
bool holiday_rule_day(const struct holiday_rule *rule, int year, int32_t *ret);

#endif
