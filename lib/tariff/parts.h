/* The parts of a tariff file, one reader each; for lib/tariff. Errors as in read.h. */
#ifndef DUTO_TARIFF_PARTS_H
#define DUTO_TARIFF_PARTS_H

#include "tariff/read.h"

/* The value of `charges`; what stands above it in the tariff is read. */
int tariff_read_charges(const struct yaml_node *n, struct tariff *t, char **ret_error);
int tariff_read_tiers(const struct yaml_node *n, struct tiers *ret, char **ret_error);
int tariff_read_taxes(const struct yaml_node *n, struct tariff *t, char **ret_error);

/* Codes of taxes, "all" or "none", as a set. */
int tariff_read_tax_mask(
	const struct yaml_node *n, const struct tariff *t, uint32_t *ret, char **ret_error);

/* What only charges of a kind have. */
int tariff_read_demand(
	const struct yaml_node *charge, const struct tariff *t, struct charge *c, char **ret_error);
int tariff_read_reactive(
	const struct yaml_node *charge, const struct tariff *t, struct charge *c, char **ret_error);

void tiers_free(struct tiers *t);

#endif
