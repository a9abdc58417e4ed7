/* The parts of the engine; for lib/tariff. All return 0 or -errno, -errno other than -EOVERFLOW with
 * a message. */
#ifndef DUTO_TARIFF_ENGINE_H
#define DUTO_TARIFF_ENGINE_H

#include "tariff/bill.h"

/* What a bill is made of, while it is made. */
struct billing {
	const struct tariff *tariff;
	const struct usage *usage;
	const struct contract *contract;
	struct bill *bill;
	decimal billed_demand[TARIFF_CHARGES]; /* of demand charges */
	char **ret_error;
};

/* A price: a sum over days, sum / days. */
struct price {
	decimal sum;
	int days; /* 1 where it did not change */
};

int fraction_times(struct fraction *f, decimal_factor numerator, decimal_factor denominator);

/* The mean over the days first <= day < end of what v says, times what factor says (where it has
 * any). code: for messages. */
int price_of(const struct billing *b, struct str code, const struct dated_values *v,
	const struct dated_values *factor, int32_t first, int32_t end, struct price *ret);

/* The value of a band. */
int price_of_band(const struct billing *b, struct str code, const struct bands *bands,
	const struct dated_values *factor, struct price *ret);

/* Adds a line of quantity x share (kWh, kW, ...) at a price. line holds what else is to be told. */
int line_add(struct billing *b, const struct charge *c, struct bill_line line, decimal quantity,
	struct fraction share, struct price price);

/* Adds a line whose amount comes from amounts: nothing inside of it is taxed again. */
int line_add_amount(
	struct billing *b, struct bill_line line, decimal_product base, struct price price);

/* The amount of a line as further lines are made of it: as the policy has it. */
int line_value(const struct billing *b, const struct bill_line *line, decimal_product *ret);

/* The lines of one charge. */
int energy_lines(struct billing *b, const struct charge *c);
int demand_lines(struct billing *b, const struct charge *c);
int reactive_lines(struct billing *b, const struct charge *c);
int fixed_lines(struct billing *b, const struct charge *c);
int percent_lines(struct billing *b, const struct charge *c);
int minimum_lines(struct billing *b, const struct charge *c);

/* What a tier's limit comes to in this cycle. */
int tier_limit(const struct billing *b, const struct tiers *t, size_t tier, decimal *ret);

/* Splits a quantity among tiers, by what the limits count: own is a part of total, and has
 * its share of each tier. */
int tier_lines(struct billing *b, const struct charge *c, const struct tiers *t, decimal own,
	decimal total, const char *unit);

/* Taxes on top as lines, and what all taxes come to. */
int tax_lines(struct billing *b);

/* The share of taxes inside: what a net price is multiplied with. */
int tax_gross(const struct billing *b, uint32_t taxes, struct fraction *ret);

static inline struct fraction fraction_one(void)
{
	return (struct fraction){ 1, 1 };
}

#endif
