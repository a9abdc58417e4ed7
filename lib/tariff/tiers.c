#include <stdlib.h>

#include "tariff/parts.h"

static const char *const modes[] = { "shared", "cumulative", "own", NULL };

/* cycle, day, kW, kW day, or 30 days: limits are for so many days then. */
static int read_per(const struct yaml_node *n, struct tiers *t, char **ret_error)
{
	static const char *const names[] = { "cycle", "day", "kW", "kW day", NULL };
	struct str text = { 0 };
	int per = t->per, days = 0;
	int r = tariff_read_text(n, &text, ret_error);
	if (!n || r < 0)
		return r;
	for (size_t i = 0;
		i < text.len && text.data[i] >= '0' && text.data[i] <= '9' && days < 1000;)
		days = days * 10 + text.data[i++] - '0';
	if (days > 0 && days < 1000 && text.len > 5 &&
		str_eq((struct str){ text.data + text.len - 5, 5 }, STR(" days"))) {
		t->per = TIER_PER_DAYS;
		t->per_days = days;
		return 0;
	}
	r = tariff_read_choice(n, names, &per, ret_error);
	t->per = (enum tier_per)per;
	return r;
}

static int read_tier(const struct yaml_node *n, struct tiers *tiers, char **ret_error)
{
	static const char *const keys[] = { "to", "rate", "code", "tiers", NULL };
	struct tier *tier = &tiers->at[tiers->count];
	const struct yaml_node *to = yaml_get(n, "to"), *inner = yaml_get(n, "tiers");
	tier->to = INT64_MAX;
	int r = yaml_check_map(n, keys, ret_error);
	if (r < 0)
		return r;
	tiers->count++;
	if (!yaml_get(n, "rate") == !inner)
		return tariff_refuse(n, ret_error, "expected either a rate or tiers within");
	if (!to && n->next)
		return tariff_refuse(
			n, ret_error, "\"to\" is missing: only the last goes on for ever");
	r = tariff_read_between(to, 0, INT64_MAX - 1, &tier->to, ret_error);
	if (!r && tiers->count > 1 && tier->to <= tier[-1].to)
		r = tariff_refuse(to ? to : n, ret_error, "limits have to go up");
	r = r ?: tariff_read_dated(yaml_get(n, "rate"), &tier->rate, ret_error);
	r = r ?: tariff_read_code(yaml_get(n, "code"), &tier->code, ret_error);
	if (r < 0 || !inner)
		return r;
	tier->inner = tariff_allocate(1, sizeof(*tier->inner));
	return tariff_read_tiers(inner, tier->inner, ret_error);
}

static int read_list(const struct yaml_node *n, struct tiers *ret, char **ret_error)
{
	int r = yaml_check_list(n, ret_error);
	if (r < 0)
		return r;
	if (!n->first || n->count > TARIFF_TIERS)
		return tariff_refuse(n, ret_error, "expected 1 to %d tiers", TARIFF_TIERS);
	ret->at = tariff_allocate(n->count, sizeof(*ret->at));
	for (const struct yaml_node *e = n->first; !r && e; e = e->next)
		r = read_tier(e, ret, ret_error);
	if (!r && ret->at[ret->count - 1].to != INT64_MAX)
		r = tariff_refuse(
			n, ret_error, "the last tier must have no \"to\": what is above it?");
	return r;
}

/* A list, or a map of a list and how it is meant. */
int tariff_read_tiers(const struct yaml_node *n, struct tiers *ret, char **ret_error)
{
	static const char *const keys[] = { "mode", "per", "list", NULL };
	const struct yaml_node *list;
	int mode = ret->mode;
	if (!n)
		return 0;
	if (n->kind == YAML_LIST)
		return read_list(n, ret, ret_error);
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: tariff_read_choice(yaml_get(n, "mode"), modes, &mode, ret_error);
	r = r ?: read_per(yaml_get(n, "per"), ret, ret_error);
	r = r ?: yaml_required(n, "list", &list, ret_error);
	ret->mode = (enum tier_mode)mode;
	return r ?: read_list(list, ret, ret_error);
}

void tiers_free(struct tiers *t)
{
	for (size_t i = 0; i < t->count; i++) {
		dated_free(&t->at[i].rate);
		if (t->at[i].inner)
			tiers_free(t->at[i].inner);
		free(t->at[i].inner);
	}
	free(t->at);
}
