#include "calendar/timetable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shipped.h"
#include "text.h"

static int read_zone(const struct yaml_node *n, const struct zone **ret, char **ret_error)
{
	const char *name = "UTC";
	int r = n ? yaml_text(n, &name, ret_error) : 0;
	if (r < 0)
		return r;
	r = zone_open(name, ret);
	if (n && (r == -ENOENT || r == -EINVAL))
		*ret_error = yaml_error(n, "\"%s\" is no time zone of this system", name);
	else if (r < 0)
		*ret_error = text_print("time zone %s: %s", name, strerror(-r));
	return r;
}

static int read_schedule(const struct yaml_node *map, struct timetable *t, char **ret_error)
{
	const struct yaml_node *posts = yaml_get(map, "posts"), *seasons = yaml_get(map, "seasons");
	if (!posts && seasons) {
		*ret_error = yaml_error(seasons, "seasons are for posts: there are none");
		return -EINVAL;
	}
	if (!posts) {
		t->schedule = schedule_constant("all");
		return 0;
	}
	int r = schedule_read(posts, seasons, &t->schedule, ret_error);
	if (r < 0)
		return r;
	if (t->holidays || !schedule_needs_holidays(t->schedule))
		return 0;
	*ret_error = yaml_error(posts, "posts go by holidays here, but no \"holidays\" are given");
	return -EINVAL;
}

int timetable_read(
	const struct yaml_node *map, const char *path, struct timetable *ret, char **ret_error)
{
	struct timetable t = { 0 };
	const struct yaml_node *holidays = yaml_get(map, "holidays");
	int r = read_zone(yaml_get(map, "zone"), &t.zone, ret_error);
	if (holidays && !r)
		r = holidays_read(holidays, path, &t.holidays, ret_error);
	r = r ?: read_schedule(map, &t, ret_error);
	if (r < 0)
		timetable_free(&t);
	else
		*ret = t;
	return r;
}

int timetable_load(const char *name, struct timetable *ret, char **ret_error)
{
	struct yaml *y;
	char *path;
	int r = shipped_find("tariffs", name, NULL, &path, ret_error);
	if (r < 0)
		return r;
	r = yaml_open(path, &y, ret_error);
	if (r == 0) {
		const struct yaml_node *root = yaml_root(y);
		r = root ? timetable_read(root, path, ret, ret_error)
			 : yaml_check_map(root, NULL, ret_error);
		yaml_close(y);
	}
	free(path);
	return r;
}

void timetable_free(struct timetable *t)
{
	holidays_free(t->holidays);
	schedule_free(t->schedule);
	*t = (struct timetable){ 0 };
}
