/* Energy: energyratestructure, fueladjustmentsmonthly, and what is exported. */
#include "urdb/rate.h"

/* How generation counts, as dgrules names it. */
enum { NET_METERING, NET_BILLING_INSTANTANEOUS, NET_BILLING_HOURLY, BUY_ALL_SELL_ALL };

static const char *const rules[] = { "Net Metering", "Net Billing Instantaneous",
	"Net Billing Hourly", "Buy All Sell All", NULL };

bool urdb_is_net_metered(struct urdb_rate *r)
{
	struct node use = node_get(&r->root, "usenetmetering"),
		    rule = node_get(&r->root, "dgrules");
	bool netted = false;
	int choice;
	node_bool(r->document, &use, &netted);
	choice = netted ? NET_METERING : NET_BILLING_INSTANTANEOUS;
	node_choice(r->document, &rule, rules, &choice);
	if (netted && choice != NET_METERING)
		refuse(r->document, &rule, "is \"%s\", but usenetmetering is true", rules[choice]);
	if (choice == NET_BILLING_HOURLY)
		note(r->document, &rule,
			"export counts as the meter has it, not netted by the hour");
	if (choice == BUY_ALL_SELL_ALL)
		note(r->document, &rule,
			"the meter's import has to be all consumption, its export all generation");
	return choice == NET_METERING;
}

static bool has_sell(const struct urdb_tiers *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->at[i].sell || (t->at[i].inner && has_sell(t->at[i].inner)))
			return true;
	return false;
}

static void write_code(struct urdb_rate *r, const char *code, size_t period, size_t count)
{
	buffer_print(r->to, "  - { code: %s", code);
	if (count > 1)
		buffer_print(r->to, "_%zu", period);
	buffer_add_str(r->to, STR(", kind: energy"));
}

static void write_import(struct urdb_rate *r, size_t period, const struct urdb_tiers *t, bool net)
{
	write_code(r, "energy", period, r->axes[BY_ENERGY_PERIOD].count);
	if (net)
		buffer_add_str(r->to, STR(", flow: net"));
	urdb_write_posts_of(r, BY_ENERGY_PERIOD, period);
	urdb_write_price(r, t, false);
	buffer_add_str(r->to, STR(" }\n"));
}

static void write_export(struct urdb_rate *r, size_t period, const struct urdb_tiers *t)
{
	write_code(r, "export", period, r->axes[BY_ENERGY_PERIOD].count);
	buffer_add_str(r->to, STR(", flow: export"));
	urdb_write_posts_of(r, BY_ENERGY_PERIOD, period);
	urdb_write_price(r, t, true);
	buffer_add_str(r->to, STR(" }\n"));
}

/* Credits are of a post: a period must not be several. */
static void check_net(
	struct urdb_rate *r, const struct node *n, size_t period, const struct urdb_tiers *t)
{
	if (!urdb_is_one_post(r, BY_ENERGY_PERIOD, period))
		refuse(r->document, n,
			"net metering of a period that demand or adjustments divide cannot be "
			"expressed");
	if (has_sell(t))
		note(r->document, n,
			"sell is left out: with net metering what is exported is credit");
}

static void write_period(struct urdb_rate *r, const struct node *n, size_t period, bool net)
{
	struct urdb_tiers tiers;
	urdb_read_tiers(r, n, true, &tiers);
	if (!urdb_is_used(&r->axes[BY_ENERGY_PERIOD], period))
		note(r->document, n, "no hour of the schedules lies in it: it is left out");
	else {
		if (net)
			check_net(r, n, period, &tiers);
		write_import(r, period, &tiers, net);
		if (!net && has_sell(&tiers))
			write_export(r, period, &tiers);
	}
	urdb_free_tiers(&tiers);
}

static void write_adjustments(struct urdb_rate *r, bool net)
{
	const struct urdb_periods *p = &r->axes[BY_ADJUSTMENT];
	struct node n = node_get(&r->root, "fueladjustmentsmonthly");
	for (size_t period = 0; node_is(&n) && period < p->count; period++) {
		if (!r->adjustments[period])
			continue;
		write_code(r, "adjustment", period, p->count);
		if (net)
			buffer_add_str(r->to, STR(", flow: net"));
		urdb_write_posts_of(r, BY_ADJUSTMENT, period);
		buffer_add_str(r->to, STR(", rate: "));
		urdb_write_decimal(r->to, r->adjustments[period]);
		buffer_add_str(r->to, STR(" }\n"));
	}
}

void urdb_write_energy(struct urdb_rate *r)
{
	struct node structure = node_get(&r->root, "energyratestructure");
	bool net = urdb_is_net_metered(r);
	for (size_t period = 0; period < json_array_size(structure.json) &&
				period < r->axes[BY_ENERGY_PERIOD].count;
		period++) {
		struct node n = node_at(&structure, period);
		write_period(r, &n, period, net);
	}
	write_adjustments(r, net);
}
