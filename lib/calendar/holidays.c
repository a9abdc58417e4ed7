#include "calendar/holidays.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "calendar/holiday_rule.h"
#include "shipped.h"

enum { FIRST_YEAR = 1970 };

static void add(struct holidays *h, int32_t day)
{
	if (day >= 0 && day < HOLIDAYS_DAYS)
		h->days[day >> 3] |= (uint8_t)(1 << (day & 7));
}

static int32_t observed_on(const struct holidays *h, enum holiday_observed how, int32_t day)
{
	if (how == OBSERVED_NEAREST_WEEKDAY)
		return date_weekday(day) == SATURDAY ? day - 1 : day + 1;
	while (date_weekday(day) >= SATURDAY || holidays_has(h, day))
		day++;
	return day;
}

/* Those that stay where they are first: they are what the others make way for. */
static void add_year(
	struct holidays *h, const struct holiday_rule *rules, size_t count, int year, bool moved)
{
	int32_t day;
	for (size_t i = 0; i < count; i++) {
		const struct holiday_rule *rule = &rules[i];
		if (!holiday_rule_day(rule, year, &day))
			continue;
		bool moves = rule->observed && date_weekday(day) >= SATURDAY;
		if (moves == moved)
			add(h, moves ? observed_on(h, rule->observed, day) : day);
	}
}

static struct holidays *work_out(const struct holiday_rule *rules, size_t count)
{
	struct holidays *h = allocate(1, sizeof(*h));
	for (int year = FIRST_YEAR; year <= DATE_YEAR_MAX; year++) {
		add_year(h, rules, count, year, false);
		add_year(h, rules, count, year, true);
	}
	return h;
}

static int read_list(const struct yaml_node *list, struct holidays **ret, char **ret_error)
{
	size_t count = 0;
	int r = yaml_check_list(list, ret_error);
	if (r < 0)
		return r;
	struct holiday_rule *rules = allocate(list->count + 1, sizeof(*rules));
	for (const struct yaml_node *n = list->first; n && r == 0; n = n->next)
		r = holiday_rule_read(n, &rules[count++], ret_error);
	if (r == 0)
		*ret = work_out(rules, count);
	free(rules);
	return r;
}

static int read_file(const char *path, struct holidays **ret, char **ret_error)
{
	static const char *const keys[] = { "name", "source", "holidays", NULL };
	const struct yaml_node *list;
	struct yaml *y;
	int r = yaml_open(path, &y, ret_error);
	if (r < 0)
		return r;
	r = yaml_check_map(yaml_root(y), keys, ret_error);
	r = r ?: yaml_required(yaml_root(y), "holidays", &list, ret_error);
	r = r ?: read_list(list, ret, ret_error);
	yaml_close(y);
	return r;
}

int holidays_load(const char *name, const char *beside, struct holidays **ret, char **ret_error)
{
	char *path;
	int r = shipped_find("holidays", name, beside, &path, ret_error);
	if (r < 0)
		return r;
	r = read_file(path, ret, ret_error);
	free(path);
	return r;
}

int holidays_read(
	const struct yaml_node *n, const char *beside, struct holidays **ret, char **ret_error)
{
	char *error;
	if (n->kind != YAML_SCALAR)
		return read_list(n, ret, ret_error);
	int r = holidays_load(n->text.data, beside, ret, &error);
	if (r == -ENOENT) {
		*ret_error = yaml_error(n, "%s", error);
		free(error);
	} else if (r < 0) {
		*ret_error = error;
	}
	return r;
}

void holidays_free(struct holidays *h)
{
	free(h);
}
