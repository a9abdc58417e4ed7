#include "tariff/tariff.h"

#include <errno.h>
#include <stdlib.h>

#include "shipped.h"
#include "tariff/parts.h"

static const char *const keys[] = { "tariff", "label", "currency", "zone", "holidays", "seasons",
	"posts", "interval", "rounding", "taxes", "minimum_energy", "net_metering", "charges",
	"notes", NULL };

/* A demand block divides the hour, so that the hours of reactive energy are made of whole ones. */
static int read_interval(const struct yaml_node *n, struct tariff *t, char **ret_error)
{
	t->interval = 900 * SECONDS;
	int r = n ? yaml_duration(n, &t->interval, ret_error) : 0;
	if (!r && (t->interval < 60 * SECONDS || 3600 * SECONDS % t->interval))
		r = tariff_expected(n, "1m to 1h, of which an hour is a multiple", ret_error);
	return r;
}

static int read_rounding(const struct yaml_node *n, struct tariff *t, char **ret_error)
{
	static const char *const own[] = { "policy", "mode", "decimals", "rate_decimals", NULL },
				 *const policies[] = { "line", "end", NULL },
				 *const modes[] = { "half-up", "half-even", NULL };
	int policy = ROUND_LINES, mode = DECIMAL_HALF_UP;
	t->money_digits = 2;
	t->rate_digits = -1;
	int r = n ? yaml_check_map(n, own, ret_error) : 0;
	if (!n || r < 0)
		return r;
	r = tariff_read_choice(yaml_get(n, "policy"), policies, &policy, ret_error);
	r = r ?: tariff_read_choice(yaml_get(n, "mode"), modes, &mode, ret_error);
	r = r ?: tariff_read_integer(yaml_get(n, "decimals"), 0, 6, &t->money_digits, ret_error);
	t->policy = (enum rounding_policy)policy;
	t->rounding = (enum decimal_rounding)mode;
	return r
		       ?: tariff_read_integer(
				  yaml_get(n, "rate_decimals"), 0, 9, &t->rate_digits, ret_error);
}

static int read_connections(const struct yaml_node *n, struct minimum_energy *m, char **ret_error)
{
	int r = 0;
	if (n->kind != YAML_MAP) {
		m->count = 1;
		return tariff_read_between(n, 0, INT64_MAX, &m->at[0].energy, ret_error);
	}
	if (!n->first || n->count > TARIFF_CONNECTIONS)
		return tariff_refuse(
			n, ret_error, "expected 1 to %d connections", TARIFF_CONNECTIONS);
	for (const struct yaml_node *e = n->first; !r && e; e = e->next) {
		m->at[m->count].connection = e->key->text;
		r = tariff_read_between(e, 0, INT64_MAX, &m->at[m->count++].energy, ret_error);
	}
	return r;
}

static int read_minimum(const struct yaml_node *n, struct tariff *t, char **ret_error)
{
	static const char *const own[] = { "energy", "post", "waived_to", NULL };
	const struct yaml_node *energy;
	uint64_t post = 1;
	if (!n)
		return 0;
	int r = yaml_check_map(n, own, ret_error);
	r = r ?: yaml_required(n, "energy", &energy, ret_error);
	r = r ?: read_connections(energy, &t->minimum, ret_error);
	if (!r && !yaml_get(n, "post") && schedule_count(t->when.schedule) > 1)
		return tariff_refuse(
			n, ret_error, "\"post\" is missing: which takes what is missing?");
	r = r ?: tariff_read_posts(yaml_get(n, "post"), t->when.schedule, &post, ret_error);
	if (!r && post & (post - 1))
		return tariff_refuse(n, ret_error, "expected one post");
	t->minimum.post = __builtin_ctzll(post);
	return r
		       ?: tariff_read_between(yaml_get(n, "waived_to"), 0, INT64_MAX,
				  &t->minimum.waived, ret_error);
}

static int read_tariff(
	const struct yaml_node *root, const char *path, struct tariff *t, char **ret_error)
{
	const struct yaml_node *name, *charges;
	int r = yaml_check_map(root, keys, ret_error);
	r = r ?: yaml_required(root, "tariff", &name, ret_error);
	r = r ?: yaml_required(root, "charges", &charges, ret_error);
	r = r ?: tariff_read_code(name, &t->name, ret_error);
	r = r ?: tariff_read_text(yaml_get(root, "label"), &t->label, ret_error);
	r = r ?: tariff_read_text(yaml_get(root, "currency"), &t->currency, ret_error);
	r = r ?: timetable_read(root, path, &t->when, ret_error);
	r = r ?: read_interval(yaml_get(root, "interval"), t, ret_error);
	r = r ?: read_rounding(yaml_get(root, "rounding"), t, ret_error);
	r = r ?: tariff_read_taxes(yaml_get(root, "taxes"), t, ret_error);
	r = r ?: read_minimum(yaml_get(root, "minimum_energy"), t, ret_error);
	r = r ?: tariff_read_bool(yaml_get(root, "net_metering"), &t->net_metering, ret_error);
	return r ?: tariff_read_charges(charges, t, ret_error);
}

int tariff_load(const char *name, const char *beside, struct tariff **ret, char **ret_error)
{
	char *path;
	int r = shipped_find("tariffs", name, beside, &path, ret_error);
	if (r < 0)
		return r;
	struct tariff *t = tariff_allocate(1, sizeof(*t));
	t->path = path;
	r = yaml_open(path, &t->file, ret_error);
	r = r ?: read_tariff(yaml_root(t->file), path, t, ret_error);
	t->path = NULL;
	free(path);
	if (r < 0)
		tariff_free(t);
	else
		*ret = t;
	return r;
}

static void charge_free(struct charge *c)
{
	dated_free(&c->rate);
	yaml_close(c->rates_file);
	dated_free(&c->factor);
	dated_free(&c->demand.excess_rate);
	tiers_free(&c->tiers);
	bands_free(&c->bands);
	free(c->demand.times);
}

void tariff_free(struct tariff *t)
{
	for (size_t i = 0; i < t->charge_count; i++)
		charge_free(&t->charges[i]);
	free(t->charges);
	for (size_t i = 0; i < t->tax_count; i++) {
		dated_free(&t->taxes[i].rate);
		bands_free(&t->taxes[i].bands);
	}
	timetable_free(&t->when);
	yaml_close(t->file);
	free(t);
}

const struct charge *tariff_charge(const struct tariff *t, struct str code)
{
	for (size_t i = 0; i < t->charge_count; i++)
		if (str_eq(t->charges[i].code, code))
			return &t->charges[i];
	return NULL;
}
