/* Disturbances in a profile: thresholds, demarcations, classes. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "opt.h"
#include "power_quality/profile_parts.h"

static int read_kind(const struct yaml_node *n, bool *leaves_out, char **ret_error)
{
	for (int kind = 0; kind < DISTURBANCE_KINDS; kind++)
		if (n->kind == YAML_SCALAR && str_eq(n->text, str(disturbance_names[kind]))) {
			leaves_out[kind] = true;
			return 0;
		}
	return entries_expected(n, "sag, swell or interruption", ret_error);
}

static int read_kinds(const struct yaml_node *list, bool *leaves_out, char **ret_error)
{
	int r = yaml_check_list(list, ret_error);
	for (const struct yaml_node *n = r ? NULL : list->first; n && !r; n = n->next)
		r = read_kind(n, leaves_out, ret_error);
	return r;
}

static int take_class(const struct yaml_node *n, const struct profile_class *one, struct profile *p,
	char **ret_error)
{
	int64_t before = p->class_count ? p->classes[p->class_count - 1].up_to : 0;
	if (p->class_count == PROFILE_CLASSES) {
		*ret_error = yaml_error(n, "more than %d classes", PROFILE_CLASSES);
		return -EINVAL;
	}
	if (one->up_to <= before) {
		*ret_error = yaml_error(n, "expected up-to longer than that of the class before");
		return -EINVAL;
	}
	p->classes[p->class_count++] = *one;
	return 0;
}

static int read_classes(const struct yaml_node *list, struct profile *p, char **ret_error)
{
	int r = yaml_check_list(list, ret_error);
	for (const struct yaml_node *n = r ? NULL : list->first; n && !r; n = n->next) {
		struct profile_class one = { .up_to = INT64_MAX };
		const struct entry table[] = {
			ENTRY("up-to", ENTRY_DURATION, &one.up_to),
			ENTRY("sag", ENTRY_TEXT, &one.names[DISTURBANCE_SAG]),
			ENTRY("swell", ENTRY_TEXT, &one.names[DISTURBANCE_SWELL]),
			ENTRY("interruption", ENTRY_TEXT, &one.names[DISTURBANCE_INTERRUPTION]),
			ENTRY_END,
		};
		r = entries_read(n, table, ret_error);
		r = r ?: take_class(n, &one, p, ret_error);
	}
	return r;
}

static int check_thresholds(const struct yaml_node *map, const struct profile *p, char **ret_error)
{
	if (p->interruption + p->hysteresis < p->sag && p->sag + p->hysteresis < 1 &&
		p->swell - p->hysteresis > 1)
		return 0;
	*ret_error = yaml_error(map, "expected interruption < sag < 1 < swell, each by more than "
				     "the hysteresis");
	return -EINVAL;
}

int profile_read_disturbances(const struct yaml_node *map, struct profile *p, char **ret_error)
{
	const struct yaml_node *leave_out = NULL, *classes = NULL;
	const struct entry table[] = {
		ENTRY_BETWEEN_REQUIRED("sag", &p->sag, 0.01, 1),
		ENTRY_BETWEEN_REQUIRED("swell", &p->swell, 1, 2),
		ENTRY_BETWEEN_REQUIRED("interruption", &p->interruption, 0, 1),
		ENTRY_BETWEEN_REQUIRED("hysteresis", &p->hysteresis, 0, 0.1),
		ENTRY_REQUIRED("brief", ENTRY_DURATION, &p->brief),
		ENTRY("leave-out", ENTRY_NODE, &leave_out),
		ENTRY("classes", ENTRY_NODE, &classes),
		ENTRY_END,
	};
	int r = entries_read(map, table, ret_error);
	r = r ?: check_thresholds(map, p, ret_error);
	if (!r && leave_out)
		r = read_kinds(leave_out, p->leaves_out, ret_error);
	if (!r && classes)
		r = read_classes(classes, p, ret_error);
	return r;
}
