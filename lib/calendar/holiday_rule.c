#include "calendar/holiday_rule.h"

#include <errno.h>
#include <stdlib.h>

#include "calendar/names.h"
#include "date.h"

static int expected(const struct yaml_node *n, const char *what, char **ret_error)
{
	char *found = yaml_found(n);
	*ret_error = yaml_error(n, "expected %s, found %s", what, found);
	free(found);
	return -EINVAL;
}

static int bounded(
	const struct yaml_node *n, int low, int high, const char *what, int *ret, char **ret_error)
{
	int64_t v;
	if (yaml_integer(n, &v, ret_error) < 0)
		return -EINVAL;
	if (v < low || v > high)
		return expected(n, what, ret_error);
	*ret = (int)v;
	return 0;
}

static int read_year(const struct yaml_node *n, int *ret, char **ret_error)
{
	return bounded(n, DATE_YEAR_MIN, DATE_YEAR_MAX, "a year", ret, ret_error);
}

static int read_date(const struct yaml_node *n, struct holiday_rule *rule, char **ret_error)
{
	rule->form = HOLIDAY_ONCE;
	if (n->kind == YAML_SCALAR && date_parse(n->text, &rule->day) == 0)
		return 0;
	if (n->kind != YAML_SCALAR || n->text.len != 5)
		return expected(n, "a date (2026-12-25, or 12-25 for every year)", ret_error);
	rule->form = HOLIDAY_YEARLY;
	return names_month_day(n, &rule->month_day, ret_error);
}

static int read_easter(const struct yaml_node *n, struct holiday_rule *rule, char **ret_error)
{
	rule->form = HOLIDAY_EASTER;
	return bounded(n, -80, 250, "days behind Easter, -80 to 250", &rule->easter, ret_error);
}

static int read_weekday(const struct yaml_node *n, const struct yaml_node *weekday,
	struct holiday_rule *rule, char **ret_error)
{
	const struct yaml_node *month, *nth;
	rule->form = HOLIDAY_WEEKDAY;
	rule->weekday = weekday->kind == YAML_SCALAR ? names_weekday(weekday->text) : -1;
	if (rule->weekday < 0)
		return expected(weekday, "a weekday (mon to sun)", ret_error);
	int r = yaml_required(n, "month", &month, ret_error);
	r = r ?: yaml_required(n, "nth", &nth, ret_error);
	r = r ?: bounded(month, 1, 12, "a month, 1 to 12", &rule->month, ret_error);
	r = r
		    ?: bounded(nth, -4, 4, "1 to 4, or -1 to -4 from the month's end", &rule->nth,
			       ret_error);
	return r ?: rule->nth ? r : expected(nth, "1 to 4, or -1 to -4", ret_error);
}

static int read_form(const struct yaml_node *n, struct holiday_rule *rule, char **ret_error)
{
	const struct yaml_node *date = yaml_get(n, "date"), *easter = yaml_get(n, "easter"),
			       *weekday = yaml_get(n, "weekday");
	if (!!date + !!easter + !!weekday != 1) {
		*ret_error = yaml_error(n, "a holiday has one of date, easter and weekday");
		return -EINVAL;
	}
	if (!weekday && (yaml_get(n, "month") || yaml_get(n, "nth"))) {
		*ret_error = yaml_error(n, "month and nth go with weekday");
		return -EINVAL;
	}
	return date	? read_date(date, rule, ret_error)
	       : easter ? read_easter(easter, rule, ret_error)
			: read_weekday(n, weekday, rule, ret_error);
}

static int read_years(const struct yaml_node *n, struct holiday_rule *rule, char **ret_error)
{
	const struct yaml_node *from = yaml_get(n, "from"), *until = yaml_get(n, "until");
	int r = 0, year;
	rule->from = DATE_YEAR_MIN;
	rule->until = DATE_YEAR_MAX;
	rule->except = yaml_get(n, "except");
	if (from)
		r = read_year(from, &rule->from, ret_error);
	if (until && !r)
		r = read_year(until, &rule->until, ret_error);
	if (!r && rule->from > rule->until)
		r = expected(until, "a year that is not before from", ret_error);
	if (rule->except && !r)
		r = yaml_check_list(rule->except, ret_error);
	for (const struct yaml_node *e = !r && rule->except ? rule->except->first : NULL; e && !r;
		e = e->next)
		r = read_year(e, &year, ret_error);
	return r;
}

static int read_observed(const struct yaml_node *n, enum holiday_observed *ret, char **ret_error)
{
	if (n && (n->kind != YAML_SCALAR || (!str_eq(n->text, STR("nearest-weekday")) &&
						    !str_eq(n->text, STR("next-free-weekday")))))
		return expected(n, "nearest-weekday or next-free-weekday", ret_error);
	*ret = !n			? OBSERVED_AS_IT_FALLS
	       : n->text.data[2] == 'a' ? OBSERVED_NEAREST_WEEKDAY
					: OBSERVED_NEXT_FREE_WEEKDAY;
	return 0;
}

int holiday_rule_read(const struct yaml_node *n, struct holiday_rule *ret, char **ret_error)
{
	static const char *const keys[] = { "name", "date", "easter", "weekday", "month", "nth",
		"from", "until", "except", "observed", NULL };
	const struct yaml_node *name;
	const char *text;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "name", &name, ret_error);
	r = r ?: yaml_text(name, &text, ret_error);
	r = r ?: read_form(n, ret, ret_error);
	r = r ?: read_years(n, ret, ret_error);
	return r ?: read_observed(yaml_get(n, "observed"), &ret->observed, ret_error);
}

static bool excepted(const struct holiday_rule *rule, int year)
{
	int64_t v;
	char *error;
	for (const struct yaml_node *n = rule->except ? rule->except->first : NULL; n; n = n->next)
		if (yaml_integer(n, &v, &error) == 0 && v == year)
			return true;
	return false;
}

static int32_t weekday_of_month(const struct holiday_rule *rule, int year)
{
	int32_t first = date_number(year, rule->month, 1);
	int32_t last = first + date_month_days(year, rule->month) - 1;
	if (rule->nth > 0)
		return first + (rule->weekday - date_weekday(first) + 7) % 7 + 7 * (rule->nth - 1);
	return last - (date_weekday(last) - rule->weekday + 7) % 7 + 7 * (rule->nth + 1);
}

bool holiday_rule_day(const struct holiday_rule *rule, int year, int32_t *ret)
{
	int month = rule->month_day / 100, day = rule->month_day % 100;
	if (year < rule->from || year > rule->until || excepted(rule, year))
		return false;
	if (rule->form == HOLIDAY_ONCE && date_of(rule->day).year != year)
		return false;
	if (rule->form == HOLIDAY_YEARLY && day > date_month_days(year, month))
		return false;
	*ret = rule->form == HOLIDAY_ONCE     ? rule->day
	       : rule->form == HOLIDAY_YEARLY ? date_number(year, month, day)
	       : rule->form == HOLIDAY_EASTER ? date_easter(year) + rule->easter
					      : weekday_of_month(rule, year);
	return true;
}
