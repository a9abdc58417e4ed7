/* URDB's 12 x 24 schedules as posts. */
#include <stdio.h>

#include "urdb/rate.h"

static void read_row(struct document *d, const struct node *list, size_t count, uint8_t row[])
{
	if (!node_count(d, list, URDB_HOURS, URDB_HOURS))
		return;
	for (size_t hour = 0; hour < URDB_HOURS; hour++) {
		struct node n = node_at(list, hour);
		int64_t period = 0;
		node_integer(d, &n, 0, (int64_t)count - 1, &period);
		row[hour] = (uint8_t)period;
	}
}

static void read_schedule(
	struct urdb_rate *r, const char *key, size_t count, uint8_t of[URDB_MONTHS][URDB_HOURS])
{
	struct node n = node_get(&r->root, key);
	if (!node_is(&n) && count > 1)
		refuse(r->document, &n, "is missing: which hours have which of the %zu periods?",
			count);
	if (!node_count(r->document, &n, URDB_MONTHS, URDB_MONTHS))
		return;
	for (size_t month = 0; month < URDB_MONTHS; month++) {
		struct node row = node_at(&n, month);
		read_row(r->document, &row, count, of[month]);
	}
}

static size_t count_periods(struct urdb_rate *r, const char *key)
{
	struct node n = node_get(&r->root, key);
	size_t count = node_count(r->document, &n, 1, SCHEDULE_POSTS);
	return count ? count : 1;
}

static void read_hourly(struct urdb_rate *r, enum urdb_axis axis, const char *structure,
	const char *weekday, const char *weekend)
{
	struct urdb_periods *p = &r->axes[axis];
	p->count = count_periods(r, structure);
	read_schedule(r, weekday, p->count, p->of[URDB_WEEKDAY]);
	read_schedule(r, weekend, p->count, p->of[URDB_WEEKEND]);
}

static void set_month(struct urdb_periods *p, size_t month, size_t period)
{
	for (size_t hour = 0; hour < URDB_HOURS; hour++)
		p->of[URDB_WEEKDAY][month][hour] = p->of[URDB_WEEKEND][month][hour] =
			(uint8_t)period;
}

static void read_flat(struct urdb_rate *r)
{
	struct urdb_periods *p = &r->axes[BY_FLAT_DEMAND];
	struct node months = node_get(&r->root, "flatdemandmonths");
	p->count = count_periods(r, "flatdemandstructure");
	if (!node_is(&months) && p->count > 1)
		refuse(r->document, &months, "is missing: which months have which of %zu periods?",
			p->count);
	if (!node_count(r->document, &months, URDB_MONTHS, URDB_MONTHS))
		return;
	for (size_t month = 0; month < URDB_MONTHS; month++) {
		struct node n = node_at(&months, month);
		int64_t period = 0;
		node_integer(r->document, &n, 0, (int64_t)p->count - 1, &period);
		set_month(p, month, (size_t)period);
	}
}

/* Months of one adjustment are a period. */
static void read_adjustments(struct urdb_rate *r)
{
	struct urdb_periods *p = &r->axes[BY_ADJUSTMENT];
	struct node months = node_get(&r->root, "fueladjustmentsmonthly");
	p->count = 1;
	if (!node_count(r->document, &months, URDB_MONTHS, URDB_MONTHS))
		return;
	p->count = 0;
	for (size_t month = 0; month < URDB_MONTHS; month++) {
		struct node n = node_at(&months, month);
		decimal v = 0;
		size_t period = 0;
		node_decimal(r->document, &n, &v);
		while (period < p->count && r->adjustments[period] != v)
			period++;
		if (period == p->count)
			r->adjustments[p->count++] = v;
		set_month(p, month, period);
	}
}

/* "e1_d0": the periods that it lies in, of what divides the year at all. */
static void name_post(const struct urdb_rate *r, struct urdb_post *post)
{
	static const char letters[URDB_AXES + 1] = "eadf";
	size_t at = 0;
	for (size_t axis = 0; axis < URDB_AXES; axis++)
		if (r->axes[axis].count > 1)
			at += (size_t)snprintf(post->name + at, sizeof(post->name) - at, "%s%c%d",
				at ? "_" : "", letters[axis], post->period[axis]);
}

static size_t find_post(struct urdb_rate *r, int day, size_t month, size_t hour)
{
	struct urdb_post post = { 0 };
	for (size_t axis = 0; axis < URDB_AXES; axis++)
		post.period[axis] = r->axes[axis].of[day][month][hour];
	for (size_t i = 0; i < r->post_count; i++)
		if (!memcmp(r->posts[i].period, post.period, sizeof(post.period)))
			return i;
	if (r->post_count == SCHEDULE_POSTS)
		return SCHEDULE_POSTS;
	name_post(r, &post);
	r->posts[r->post_count] = post;
	return r->post_count++;
}

static void make_posts(struct urdb_rate *r)
{
	for (int day = 0; day < 2; day++)
		for (size_t month = 0; month < URDB_MONTHS; month++)
			for (size_t hour = 0; hour < URDB_HOURS; hour++) {
				size_t post = find_post(r, day, month, hour);
				if (post == SCHEDULE_POSTS) {
					refuse(r->document, &r->root,
						"the schedules divide the year into more than %d "
						"kinds of hours",
						SCHEDULE_POSTS);
					return;
				}
				r->post_of[day][month][hour] = (uint8_t)post;
			}
}

void urdb_read_periods(struct urdb_rate *r)
{
	read_hourly(r, BY_ENERGY_PERIOD, "energyratestructure", "energyweekdayschedule",
		"energyweekendschedule");
	read_hourly(r, BY_TOU_DEMAND, "demandratestructure", "demandweekdayschedule",
		"demandweekendschedule");
	read_flat(r);
	read_adjustments(r);
	make_posts(r);
}

bool urdb_is_used(const struct urdb_periods *p, size_t period)
{
	return memchr(p->of, (int)period, sizeof(p->of));
}

bool urdb_is_one_post(const struct urdb_rate *r, enum urdb_axis axis, size_t period)
{
	size_t count = 0;
	for (size_t i = 0; i < r->post_count; i++)
		count += r->posts[i].period[axis] == period;
	return count == 1;
}

void urdb_write_posts_of(struct urdb_rate *r, enum urdb_axis axis, size_t period)
{
	const char *between = ", posts: [";
	if (r->axes[axis].count == 1)
		return;
	for (size_t i = 0; i < r->post_count; i++) {
		if (r->posts[i].period[axis] != period)
			continue;
		buffer_print(r->to, "%s%s", between, r->posts[i].name);
		between = ", ";
	}
	buffer_add_char(r->to, ']');
}
