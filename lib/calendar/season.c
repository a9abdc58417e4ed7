#include <errno.h>
#include <stdlib.h>

#include "calendar/names.h"
#include "calendar/schedule_parts.h"
#include "date.h"
#include "text.h"

static int read_months(
	struct schedule *s, const struct yaml_node *n, uint32_t bit, char **ret_error)
{
	int64_t month;
	int r = yaml_check_list(n, ret_error);
	for (const struct yaml_node *e = r ? NULL : n->first; e; e = e->next) {
		if (yaml_integer(e, &month, ret_error) < 0)
			return -EINVAL;
		if (month < 1 || month > 12)
			return schedule_expected(e, "a month, 1 to 12", ret_error);
		for (int day = 0; day < 31; day++)
			s->season_of[month - 1][day] |= bit;
	}
	return r;
}

static int read_range(struct schedule *s, const struct yaml_node *from,
	const struct yaml_node *until, uint32_t bit, char **ret_error)
{
	int first, last;
	int r = names_month_day(from, &first, ret_error);
	r = r ?: names_month_day(until, &last, ret_error);
	if (r < 0)
		return r;
	for (int at = 101; at <= 1231; at += at % 100 == 31 ? 70 : 1) {
		bool within = first <= last ? at >= first && at <= last : at >= first || at <= last;
		if (within)
			s->season_of[at / 100 - 1][at % 100 - 1] |= bit;
	}
	return 0;
}

static int read_season(struct schedule *s, const struct yaml_node *n, char **ret_error)
{
	static const char *const keys[] = { "from", "until", "months", NULL };
	int r = yaml_check_map(n, keys, ret_error);
	if (r < 0)
		return r;
	const struct yaml_node *from = yaml_get(n, "from"), *until = yaml_get(n, "until"),
			       *months = yaml_get(n, "months");
	uint32_t bit = 1u << s->season_count;
	if (!from != !until || !from == !months)
		return schedule_expected(n, "from and until, or months", ret_error);
	s->seasons[s->season_count++] = text_print("%s", n->key->text.data);
	return months ? read_months(s, months, bit, ret_error)
		      : read_range(s, from, until, bit, ret_error);
}

int schedule_read_seasons(struct schedule *s, const struct yaml_node *n, char **ret_error)
{
	if (!n)
		return 0;
	if (n->kind != YAML_MAP)
		return schedule_expected(n, "a map of seasons", ret_error);
	for (const struct yaml_node *e = n->first; e; e = e->next) {
		if (s->season_count == SCHEDULE_SEASONS) {
			*ret_error = yaml_error(e->key, "more than %d seasons", SCHEDULE_SEASONS);
			return -EINVAL;
		}
		int r = read_season(s, e, ret_error);
		if (r < 0)
			return r;
	}
	return 0;
}

int schedule_season_find(const struct schedule *s, struct str name)
{
	for (int i = 0; i < s->season_count; i++)
		if (str_eq(name, str(s->seasons[i])))
			return i;
	return -1;
}
