#include <errno.h>
#include <stdlib.h>

#include "shipped.h"
#include "tariff/parts.h"

static const char *const kinds[] = {
	[CHARGE_ENERGY] = "energy",
	[CHARGE_DEMAND] = "demand",
	[CHARGE_REACTIVE_ENERGY] = "reactive_energy",
	[CHARGE_REACTIVE_DEMAND] = "reactive_demand",
	[CHARGE_FIXED] = "fixed",
	[CHARGE_PERCENT] = "percent",
	[CHARGE_MINIMUM] = "minimum",
	NULL,
};

#define OF_ALL "code", "label", "kind", "taxes", "rate", "rates_from", "factor"

/* What a charge of a kind may say. */
static const char *const keys[][24] = {
	[CHARGE_ENERGY] = { OF_ALL, "posts", "flow", "unit", "changes", "tiers" },
	[CHARGE_DEMAND] = { OF_ALL, "posts", "unit", "tiers", "per", "contract", "billed",
		"tolerance", "excess", "unused", "ratchet", "power_factor", "apparent", "minimum",
		"times" },
	[CHARGE_REACTIVE_ENERGY] = { OF_ALL, "posts", "unit", "reference", "allowed", "by",
		"capacitive" },
	[CHARGE_REACTIVE_DEMAND] = { OF_ALL, "posts", "reference", "by", "capacitive", "demand" },
	[CHARGE_FIXED] = { OF_ALL, "per", "quantity", "bands", "by" },
	[CHARGE_PERCENT] = { OF_ALL, "of", "bands", "by", "maximum" },
	[CHARGE_MINIMUM] = { OF_ALL, "of", "quantity", "per" },
};

static int read_head(
	const struct yaml_node *n, const struct tariff *t, struct charge *c, char **ret_error)
{
	const struct yaml_node *code, *kind;
	int choice, r = n->kind == YAML_MAP ? 0 : tariff_expected(n, "a charge", ret_error);
	r = r ?: yaml_required(n, "kind", &kind, ret_error);
	r = r ?: tariff_read_choice(kind, kinds, &choice, ret_error);
	r = r ?: yaml_check_map(n, keys[choice], ret_error);
	r = r ?: yaml_required(n, "code", &code, ret_error);
	r = r ?: tariff_read_code(code, &c->code, ret_error);
	if (r < 0)
		return r;
	if (tariff_charge(t, c->code))
		return tariff_refuse(code, ret_error, "code %s comes twice", code->text.data);
	c->kind = (enum charge_kind)choice;
	return tariff_read_text(yaml_get(n, "label"), &c->label, ret_error);
}

/* A file of nothing but rates, for those that many tariffs share. */
static int read_rates_file(
	const struct yaml_node *n, const struct tariff *t, struct charge *c, char **ret_error)
{
	static const char *const own[] = { "name", "source", "rates", NULL };
	const struct yaml_node *root, *rates;
	struct str name = { 0 };
	char *path, *error;
	int r = tariff_read_text(n, &name, ret_error);
	if (!n || r < 0)
		return r;
	if (shipped_find("tariffs", name.data, t->path, &path, &error)) {
		tariff_refuse(n, ret_error, "%s", error);
		free(error);
		return -EINVAL;
	}
	r = yaml_open(path, &c->rates_file, ret_error);
	free(path);
	root = r ? NULL : yaml_root(c->rates_file);
	r = r ?: yaml_check_map(root, own, ret_error);
	r = r ?: yaml_required(root, "rates", &rates, ret_error);
	return r ?: tariff_read_dated(rates, &c->rate, ret_error);
}

static int read_rate(
	const struct yaml_node *n, const struct tariff *t, struct charge *c, char **ret_error)
{
	const struct yaml_node *rate = yaml_get(n, "rate"), *from = yaml_get(n, "rates_from");
	if (rate && from)
		return tariff_refuse(from, ret_error, "there is a rate already");
	int r = tariff_read_dated(rate, &c->rate, ret_error);
	return r ?: read_rates_file(from, t, c, ret_error);
}

static int read_unit(const struct yaml_node *n, struct charge *c, char **ret_error)
{
	static const char *const energy[] = { "kWh", "MWh", NULL },
				 *const demand[] = { "kW", "MW", NULL },
				 *const reactive[] = { "kWh", "MWh", "kvarh", "Mvarh", NULL };
	const char *const *names = c->kind == CHARGE_DEMAND   ? demand
				   : c->kind == CHARGE_ENERGY ? energy
							      : reactive;
	int unit = 0;
	c->per_units = 1;
	int r = tariff_read_choice(n, names, &unit, ret_error);
	if (!r && unit % 2)
		c->per_units = 1000;
	return r;
}

static int read_per(const struct yaml_node *n, struct charge *c, char **ret_error)
{
	static const char *const names[] = { "cycle", "day", NULL };
	int per = 0, r = tariff_read_choice(n, names, &per, ret_error);
	c->per_day = per;
	return r;
}

/* Codes of charges further up. */
static int add_charge(
	const struct yaml_node *n, const struct tariff *t, struct charge *c, char **ret_error)
{
	const char *names[TARIFF_CHARGES + 1] = { 0 };
	int choice;
	for (size_t i = 0; i < t->charge_count; i++)
		names[i] = t->charges[i].code.data;
	if (!names[0])
		return tariff_expected(n, "the code of a charge further up", ret_error);
	int r = tariff_read_choice(n, names, &choice, ret_error);
	if (!r)
		c->of[choice / 64] |= UINT64_C(1) << choice % 64;
	return r;
}

static int read_of(
	const struct yaml_node *charge, const struct tariff *t, struct charge *c, char **ret_error)
{
	const struct yaml_node *n = yaml_get(charge, "of");
	int r = n ? yaml_check_list(n, ret_error) : 0;
	for (size_t i = 0; !n && i < t->charge_count; i++)
		c->of[i / 64] |= UINT64_C(1) << i % 64;
	for (const struct yaml_node *e = n ? n->first : NULL; !r && e; e = e->next)
		r = add_charge(e, t, c, ret_error);
	return r;
}

static int read_bands(const struct yaml_node *n, struct charge *c, char **ret_error)
{
	static const char *const bys[] = { "energy", "demand", "hours_of_use", NULL };
	const struct yaml_node *by = yaml_get(n, "by"), *bands = yaml_get(n, "bands");
	int choice = BY_ENERGY;
	if (by && !bands)
		return tariff_refuse(by, ret_error, "there are no bands");
	int r = tariff_read_choice(by, bys, &choice, ret_error);
	c->bands.by = (enum band_by)choice;
	return r ?: tariff_read_bands(bands, &c->bands, ret_error);
}

static int read_energy(
	const struct yaml_node *n, const struct tariff *t, struct charge *c, char **ret_error)
{
	static const char *const flows[] = { "import", "export", "compensated", "net", NULL },
				 *const changes[] = { "weighted", "lines", NULL };
	const struct yaml_node *flow = yaml_get(n, "flow"), *change = yaml_get(n, "changes");
	int choice = FLOW_IMPORT, as_lines = 0;
	int r = tariff_read_choice(flow, flows, &choice, ret_error);
	r = r ?: tariff_read_choice(change, changes, &as_lines, ret_error);
	c->flow = (enum energy_flow)choice;
	c->changes_as_lines = as_lines;
	if (!r && choice >= FLOW_COMPENSATED && !t->net_metering)
		return tariff_refuse(flow, ret_error, "this tariff has no net_metering");
	if (!r && as_lines && c->tiers.count)
		return tariff_refuse(change, ret_error, "tiers change by weight only");
	return r;
}

static int read_kind(
	const struct yaml_node *n, const struct tariff *t, struct charge *c, char **ret_error)
{
	switch (c->kind) {
	case CHARGE_ENERGY:
		return read_energy(n, t, c, ret_error);
	case CHARGE_DEMAND:
		return tariff_read_demand(n, t, c, ret_error);
	case CHARGE_REACTIVE_ENERGY:
	case CHARGE_REACTIVE_DEMAND:
		return tariff_read_reactive(n, t, c, ret_error);
	default:
		return read_bands(n, c, ret_error);
	}
}

static int check_cumulative(const struct yaml_node *n, const struct charge *c, char **ret_error)
{
	bool plain = c->kind == CHARGE_ENERGY && c->flow == FLOW_IMPORT;
	if (!c->tiers.count || c->tiers.mode != TIER_CUMULATIVE)
		return 0;
	for (size_t i = 0; i < c->tiers.count; i++)
		plain = plain && !c->tiers.at[i].inner;
	return plain ? 0
		     : tariff_refuse(n, ret_error,
			       "cumulative tiers are of imported energy, with a rate each");
}

/* One of a rate, tiers and bands gives the price. */
static int check_price(const struct yaml_node *n, const struct charge *c, char **ret_error)
{
	int prices = !!c->rate.count + !!c->tiers.count + !!c->bands.count;
	if (prices == 1)
		return 0;
	return tariff_refuse(n, ret_error,
		prices ? "expected one of rate, tiers and bands only" : "there is no rate");
}

static int read_charge(const struct yaml_node *n, struct tariff *t, char **ret_error)
{
	struct charge *c = &t->charges[t->charge_count];
	int r = read_head(n, t, c, ret_error);
	if (r < 0)
		return r;
	c->taxes = UINT32_MAX;
	c->posts = UINT64_MAX;
	c->quantity = DECIMAL_ONE;
	c->maximum = INT64_MAX;
	r = tariff_read_tax_mask(yaml_get(n, "taxes"), t, &c->taxes, ret_error);
	r = r ?: read_rate(n, t, c, ret_error);
	r = r ?: tariff_read_dated(yaml_get(n, "factor"), &c->factor, ret_error);
	r = r ?: tariff_read_posts(yaml_get(n, "posts"), t->when.schedule, &c->posts, ret_error);
	r = r ?: read_unit(yaml_get(n, "unit"), c, ret_error);
	r = r ?: read_per(yaml_get(n, "per"), c, ret_error);
	r = r ?: tariff_read_decimal(yaml_get(n, "quantity"), &c->quantity, ret_error);
	r = r ?: tariff_read_between(yaml_get(n, "maximum"), 0, INT64_MAX, &c->maximum, ret_error);
	r = r ?: tariff_read_tiers(yaml_get(n, "tiers"), &c->tiers, ret_error);
	r = r ?: read_kind(n, t, c, ret_error);
	r = r ?: read_of(n, t, c, ret_error);
	r = r ?: check_price(n, c, ret_error);
	r = r ?: check_cumulative(n, c, ret_error);
	t->charge_count++;
	return r;
}

int tariff_read_charges(const struct yaml_node *n, struct tariff *t, char **ret_error)
{
	int r = yaml_check_list(n, ret_error);
	if (r < 0)
		return r;
	if (!n->first || n->count > TARIFF_CHARGES)
		return tariff_refuse(n, ret_error, "expected 1 to %d charges", TARIFF_CHARGES);
	t->charges = tariff_allocate(n->count, sizeof(*t->charges));
	for (const struct yaml_node *e = n->first; !r && e; e = e->next)
		r = read_charge(e, t, ret_error);
	return r;
}
