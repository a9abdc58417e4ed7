#include "calendar/names.h"

#include <errno.h>
#include <stdlib.h>

#include "date.h"

int names_weekday(struct str word)
{
	static const char names[] = "montuewedthufrisatsun";
	for (int i = MONDAY; i <= SUNDAY; i++)
		if (str_eq(word, (struct str){ names + 3 * i, 3 }))
			return i;
	return -1;
}

int names_month_day(const struct yaml_node *n, int *ret, char **ret_error)
{
	char full[DATE_TEXT] = "2000-";
	int32_t day;
	struct date d;
	if (n->kind == YAML_SCALAR && n->text.len == 5) {
		memcpy(full + 5, n->text.data, 5);
		if (date_parse((struct str){ full, DATE_TEXT }, &day) == 0) {
			d = date_of(day);
			*ret = d.month * 100 + d.day;
			return 0;
		}
	}
	char *found = yaml_found(n);
	*ret_error = yaml_error(n, "expected a month and day (12-25), found %s", found);
	free(found);
	return -EINVAL;
}
