#include "tariff/parts.h"

static int check_new(const struct yaml_node *n, const struct tariff *t, char **ret_error)
{
	for (size_t i = 0; i < t->tax_count; i++)
		if (str_eq(t->taxes[i].code, n->text))
			return tariff_refuse(n, ret_error, "tax %s comes twice", n->text.data);
	return 0;
}

/* A tax inside of all of the price leaves nothing to be taxed: shares are below 1. */
static int check_share(const struct yaml_node *n, const struct dated_values *v, char **ret_error)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->at[i].value < 0 || v->at[i].value >= DECIMAL_ONE)
			return tariff_refuse(
				n, ret_error, "a tax is from 0 to below 1 (18%% is 0.18)");
	return 0;
}

static int read_rate(const struct yaml_node *n, struct tax *tax, char **ret_error)
{
	const struct yaml_node *rate = yaml_get(n, "rate"), *bands = yaml_get(n, "bands");
	if (!rate == !bands)
		return tariff_refuse(n, ret_error, "expected either a rate or bands (by energy)");
	int r = tariff_read_dated(rate, &tax->rate, ret_error);
	r = r ?: tariff_read_bands(bands, &tax->bands, ret_error);
	r = r ?: check_share(n, &tax->rate, ret_error);
	for (size_t i = 0; !r && i < tax->bands.count; i++)
		r = check_share(n, &tax->bands.at[i].value, ret_error);
	return r;
}

static int read_tax(const struct yaml_node *n, struct tariff *t, char **ret_error)
{
	static const char *const keys[] = { "code", "rate", "bands", "method", "step", NULL };
	static const char *const methods[] = { "inside", "on-top", NULL };
	struct tax *tax = &t->taxes[t->tax_count];
	const struct yaml_node *code, *step = yaml_get(n, "step");
	int method = 0;
	int r = yaml_check_map(n, keys, ret_error);
	r = r ?: yaml_required(n, "code", &code, ret_error);
	r = r ?: tariff_read_code(code, &tax->code, ret_error);
	r = r ?: check_new(code, t, ret_error);
	if (r < 0)
		return r;
	tax->step = 1;
	t->tax_count++;
	r = tariff_read_choice(yaml_get(n, "method"), methods, &method, ret_error);
	r = r ?: tariff_read_integer(step, 1, TARIFF_TAXES, &tax->step, ret_error);
	tax->on_top = method == 1;
	if (!r && step && tax->on_top)
		r = tariff_refuse(step, ret_error, "steps are of taxes inside");
	return r ?: read_rate(n, tax, ret_error);
}

int tariff_read_taxes(const struct yaml_node *n, struct tariff *t, char **ret_error)
{
	int r = n ? yaml_check_list(n, ret_error) : 0;
	if (!n || r < 0)
		return r;
	if (n->count > TARIFF_TAXES)
		return tariff_refuse(n, ret_error, "more than %d taxes", TARIFF_TAXES);
	for (const struct yaml_node *e = n->first; !r && e; e = e->next)
		r = read_tax(e, t, ret_error);
	return r;
}

static int add_tax(
	const struct yaml_node *n, const struct tariff *t, uint32_t *ret, char **ret_error)
{
	const char *names[TARIFF_TAXES + 3] = { 0 };
	int choice;
	for (size_t i = 0; i < t->tax_count; i++)
		names[i] = t->taxes[i].code.data;
	names[t->tax_count] = "all";
	names[t->tax_count + 1] = "none";
	int r = tariff_read_choice(n, names, &choice, ret_error);
	if (r < 0)
		return r;
	if ((size_t)choice == t->tax_count)
		*ret = UINT32_MAX;
	else if ((size_t)choice < t->tax_count)
		*ret |= UINT32_C(1) << choice;
	return 0;
}

int tariff_read_tax_mask(
	const struct yaml_node *n, const struct tariff *t, uint32_t *ret, char **ret_error)
{
	uint32_t mask = 0;
	int r = 0;
	if (!n)
		return 0;
	if (n->kind != YAML_LIST)
		r = add_tax(n, t, &mask, ret_error);
	for (const struct yaml_node *e = n->kind == YAML_LIST ? n->first : NULL; !r && e;
		e = e->next)
		r = add_tax(e, t, &mask, ret_error);
	*ret = mask;
	return r;
}
