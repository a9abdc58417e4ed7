/* Steady voltage in a profile: bands or ranges, limits, compensation. */
#include <errno.h>

#include "power_quality/profile_parts.h"

#define BAND_ENTRIES(bands)                                                                        \
	ENTRY_REQUIRED("critical-below", ENTRY_NUMBER, &(bands).critical_below),                   \
		ENTRY_REQUIRED("adequate-from", ENTRY_NUMBER, &(bands).adequate_from),             \
		ENTRY_REQUIRED("adequate-to", ENTRY_NUMBER, &(bands).adequate_to),                 \
		ENTRY_REQUIRED("critical-above", ENTRY_NUMBER, &(bands).critical_above)

static int take_bands(const struct yaml_node *n, const struct profile_bands *b, struct profile *p,
	char **ret_error)
{
	if (!(b->critical_below > 0 && b->critical_below <= b->adequate_from &&
		    b->adequate_from < b->adequate_to && b->adequate_to <= b->critical_above)) {
		*ret_error = yaml_error(n, "expected 0 < critical-below <= adequate-from < "
					   "adequate-to <= critical-above");
		return -EINVAL;
	}
	if (!p->has_bands && b->unit > 0) {
		p->bands = *b;
		p->has_bands = true;
	}
	return 0;
}

static int read_bands(const struct yaml_node *list, struct profile *p, char **ret_error)
{
	int r = yaml_check_list(list, ret_error);
	for (const struct yaml_node *n = r ? NULL : list->first; n && !r; n = n->next) {
		struct profile_bands bands = { 0 };
		double nominal = 0;
		const struct entry table[] = {
			ENTRY_REQUIRED("nominal", ENTRY_NUMBER, &nominal),
			BAND_ENTRIES(bands),
			ENTRY_END,
		};
		r = entries_read(n, table, ret_error);
		bands.unit = nominal == p->nominal ? 1 : 0;
		r = r ?: take_bands(n, &bands, p, ret_error);
	}
	return r;
}

static int read_per_unit(const struct yaml_node *list, struct profile *p, char **ret_error)
{
	int r = yaml_check_list(list, ret_error);
	for (const struct yaml_node *n = r ? NULL : list->first; n && !r; n = n->next) {
		struct profile_bands bands = { 0 };
		struct profile_scope scope = PROFILE_ANYWHERE;
		const struct entry table[] = {
			PROFILE_SCOPE_ENTRIES(scope),
			BAND_ENTRIES(bands),
			ENTRY_END,
		};
		r = entries_read(n, table, ret_error);
		bands.unit = profile_applies(&scope, p->nominal) ? p->nominal : 0;
		r = r ?: take_bands(n, &bands, p, ret_error);
	}
	return r;
}

static int read_critical(const struct yaml_node *list, struct profile *p, char **ret_error)
{
	int r = yaml_check_list(list, ret_error);
	for (const struct yaml_node *n = r ? NULL : list->first; n && !r; n = n->next) {
		struct profile_scope scope = PROFILE_ANYWHERE;
		decimal weight = 0;
		const struct entry table[] = {
			PROFILE_SCOPE_ENTRIES(scope),
			ENTRY_REQUIRED("weight", ENTRY_DECIMAL, &weight),
			ENTRY_END,
		};
		r = entries_read(n, table, ret_error);
		if (!r && !p->compensation.critical && profile_applies(&scope, p->nominal))
			p->compensation.critical = weight;
	}
	return r;
}

static int read_compensation(const struct yaml_node *map, struct profile *p, char **ret_error)
{
	const struct yaml_node *critical = NULL;
	const struct entry table[] = {
		ENTRY_REQUIRED("precarious", ENTRY_DECIMAL, &p->compensation.precarious),
		ENTRY_REQUIRED("critical", ENTRY_NODE, &critical),
		ENTRY_END,
	};
	int r = entries_read(map, table, ret_error);
	return r ?: read_critical(critical, p, ret_error);
}

/* Bands that say nothing of the nominal voltage would judge by nothing. */
static int check_nominal(const struct yaml_node *bands, const struct profile *p, char **ret_error)
{
	if (!bands || p->has_bands)
		return 0;
	*ret_error = yaml_error(bands, "no bands for a nominal voltage of %g V", p->nominal);
	return -EDOM;
}

int profile_read_voltage(const struct yaml_node *map, struct profile *p, char **ret_error)
{
	const struct yaml_node *bands = NULL, *per_unit = NULL, *within = NULL,
			       *compensation = NULL;
	const struct entry table[] = {
		ENTRY("precarious-limit", ENTRY_SHARE, &p->precarious_limit),
		ENTRY("critical-limit", ENTRY_SHARE, &p->critical_limit),
		ENTRY("compensation", ENTRY_NODE, &compensation),
		ENTRY("bands", ENTRY_NODE, &bands),
		ENTRY("per-unit", ENTRY_NODE, &per_unit),
		ENTRY("within", ENTRY_NODE, &within),
		ENTRY_END,
	};
	p->precarious_limit = p->critical_limit = DECIMAL_ONE;
	int r = entries_read(map, table, ret_error);
	if (!r && bands)
		r = read_bands(bands, p, ret_error);
	if (!r && per_unit)
		r = read_per_unit(per_unit, p, ret_error);
	if (!r && within)
		r = profile_read_ranges(within, &p->voltage, ret_error);
	if (!r && compensation)
		r = read_compensation(compensation, p, ret_error);
	return r ?: check_nominal(bands ? bands : per_unit, p, ret_error);
}
