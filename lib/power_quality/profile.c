#include "power_quality/profile.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "power_quality/profile_parts.h"
#include "text.h"

const char *const disturbance_names[DISTURBANCE_KINDS] = { "sag", "swell", "interruption" };

/* What the root of a profile holds besides numbers. */
struct sections {
	const struct yaml_node *disturbances, *voltage, *limits, *frequencies, *power_factor;
};

static const struct profile unset = {
	.percentile = DECIMAL_ONE / 100 * 95,
	.limits = { NAN, NAN, NAN, NAN, NAN },
	.power_factor = NAN,
};

static int read_range(const struct yaml_node *list, struct profile_range *one,
	struct profile_ranges *to, char **ret_error)
{
	if (to->count == PROFILE_RANGES) {
		*ret_error = yaml_error(list, "more than %d ranges", PROFILE_RANGES);
		return -EINVAL;
	}
	if (one->from > one->to) {
		*ret_error = yaml_error(list, "from is above to");
		return -EINVAL;
	}
	to->all[to->count++] = *one;
	return 0;
}

int profile_read_ranges(const struct yaml_node *list, struct profile_ranges *to, char **ret_error)
{
	int r = yaml_check_list(list, ret_error);
	for (const struct yaml_node *n = r ? NULL : list->first; n && !r; n = n->next) {
		struct profile_range one = { .share = DECIMAL_ONE };
		const struct entry table[] = {
			ENTRY_BETWEEN_REQUIRED("from", &one.from, 0, 1e6),
			ENTRY_BETWEEN_REQUIRED("to", &one.to, 0, 1e6),
			ENTRY("share", ENTRY_SHARE, &one.share),
			ENTRY_END,
		};
		r = entries_read(n, table, ret_error);
		r = r ?: read_range(n, &one, to, ret_error);
	}
	return r;
}

bool profile_applies(const struct profile_scope *s, double nominal)
{
	return nominal >= s->from && nominal > s->above && nominal < s->below &&
	       nominal <= s->up_to;
}

static int read_orders(const struct yaml_node *map, double *orders, char **ret_error)
{
	int r = map->kind == YAML_MAP ? 0 : entries_expected(map, "a map of orders", ret_error);
	for (const struct yaml_node *n = map->first; n && !r; n = n->next) {
		int64_t order;
		r = yaml_integer(n->key, &order, ret_error);
		if (!r && (order < 2 || order >= PROFILE_ORDERS))
			r = entries_expected(n->key, "a harmonic order from 2 to 40", ret_error);
		if (!r)
			r = yaml_number(n, &orders[order], ret_error);
	}
	return r;
}

static int read_limit(const struct yaml_node *n, struct profile *p, bool *taken, char **ret_error)
{
	struct profile_scope scope = PROFILE_ANYWHERE;
	struct profile one = unset;
	const struct yaml_node *orders = NULL;
	const struct entry table[] = {
		PROFILE_SCOPE_ENTRIES(scope),
		ENTRY_BETWEEN("voltage_unbalance", &one.limits[PROFILE_UNBALANCE], 0, 100),
		ENTRY_BETWEEN("thd", &one.limits[PROFILE_THD], 0, 1000),
		ENTRY_BETWEEN("thd_even", &one.limits[PROFILE_EVEN], 0, 1000),
		ENTRY_BETWEEN("thd_odd", &one.limits[PROFILE_ODD], 0, 1000),
		ENTRY_BETWEEN("thd_triple", &one.limits[PROFILE_TRIPLE], 0, 1000),
		ENTRY("orders", ENTRY_NODE, &orders),
		ENTRY_END,
	};
	for (int i = 0; i < PROFILE_ORDERS; i++)
		one.orders[i] = NAN;
	int r = entries_read(n, table, ret_error);
	if (!r && orders)
		r = read_orders(orders, one.orders, ret_error);
	if (!r && !*taken && profile_applies(&scope, p->nominal)) {
		*taken = true;
		memcpy(p->limits, one.limits, sizeof(p->limits));
		memcpy(p->orders, one.orders, sizeof(p->orders));
	}
	return r;
}

static int read_limits(const struct yaml_node *list, struct profile *p, char **ret_error)
{
	bool taken = false;
	int r = yaml_check_list(list, ret_error);
	for (const struct yaml_node *n = r ? NULL : list->first; n && !r; n = n->next)
		r = read_limit(n, p, &taken, ret_error);
	return r;
}

static int read_power_factor(const struct yaml_node *map, struct profile *p, char **ret_error)
{
	const struct entry table[] = {
		ENTRY_BETWEEN_REQUIRED("reference", &p->power_factor, 0.01, 1),
		ENTRY_END,
	};
	return entries_read(map, table, ret_error);
}

static int read_sections(const struct sections *s, struct profile *p, char **ret_error)
{
	int r = profile_read_disturbances(s->disturbances, p, ret_error);
	if (!r && s->voltage)
		r = profile_read_voltage(s->voltage, p, ret_error);
	if (!r && s->limits)
		r = read_limits(s->limits, p, ret_error);
	if (!r && s->frequencies)
		r = profile_read_ranges(s->frequencies, &p->frequencies, ret_error);
	if (!r && s->power_factor)
		r = read_power_factor(s->power_factor, p, ret_error);
	return r;
}

/* Slots are aligned to UTC; hours are made of whole slots, slots of whole values of frequency. */
static int check_times(const struct yaml_node *root, const struct profile *p, char **ret_error)
{
	if (PROFILE_HOUR % p->slot || p->slot % PROFILE_TICK)
		return entries_expected(yaml_get(root, "slot"),
			"a duration of whole tens of seconds that goes into an hour without rest",
			ret_error);
	if (p->period % p->slot || p->period / p->slot > PROFILE_SLOTS)
		return entries_expected(yaml_get(root, "period"),
			"a multiple of the slot, at most 10000 of them", ret_error);
	return 0;
}

static int read_root(const struct yaml_node *root, struct profile *p, char **ret_error)
{
	struct sections s = { 0 };
	const struct entry table[] = {
		ENTRY_REQUIRED("name", ENTRY_TEXT, &p->name),
		ENTRY_REQUIRED("title", ENTRY_TEXT, &p->title),
		ENTRY_REQUIRED("revision", ENTRY_TEXT, &p->revision),
		ENTRY_BETWEEN_REQUIRED("frequency", &p->frequency, 10, 500),
		ENTRY_REQUIRED("slot", ENTRY_DURATION, &p->slot),
		ENTRY_REQUIRED("coverage", ENTRY_SHARE, &p->coverage),
		ENTRY_REQUIRED("period", ENTRY_DURATION, &p->period),
		ENTRY("readings", ENTRY_COUNT, &p->readings),
		ENTRY("percentile", ENTRY_SHARE, &p->percentile),
		ENTRY_REQUIRED("disturbances", ENTRY_NODE, &s.disturbances),
		ENTRY("voltage", ENTRY_NODE, &s.voltage),
		ENTRY("limits", ENTRY_NODE, &s.limits),
		ENTRY("frequencies", ENTRY_NODE, &s.frequencies),
		ENTRY("power-factor", ENTRY_NODE, &s.power_factor),
		ENTRY_END,
	};
	int r = entries_read(root, table, ret_error);
	r = r ?: check_times(root, p, ret_error);
	if (!r && p->readings > (uint64_t)(p->period / p->slot))
		r = entries_expected(yaml_get(root, "readings"),
			"no more readings than a period has slots", ret_error);
	return r ?: read_sections(&s, p, ret_error);
}

int profile_load(const char *path, double nominal, struct profile *ret, char **ret_error)
{
	struct profile p = unset;
	int r = yaml_open(path, &p.file, ret_error);
	if (r)
		return r;
	p.nominal = nominal;
	for (int i = 0; i < PROFILE_ORDERS; i++)
		p.orders[i] = NAN;
	r = yaml_root(p.file) ? read_root(yaml_root(p.file), &p, ret_error)
			      : text_refuse(ret_error, "%s: expected a map, found nothing", path);
	if (r)
		profile_free(&p);
	else
		*ret = p;
	return r;
}

void profile_free(struct profile *p)
{
	yaml_close(p->file);
	p->file = NULL;
}

size_t profile_class(const struct profile *p, int64_t duration)
{
	size_t i = 0;
	while (i + 1 < p->class_count && duration > p->classes[i].up_to)
		i++;
	return i;
}

const char *profile_class_name(const struct profile *p, size_t class, enum disturbance_kind kind)
{
	const char *name = p->classes[class].names[kind];
	return name ? name : disturbance_names[kind];
}
