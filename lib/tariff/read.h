/* The values of a tariff file. Each returns 0, or -EINVAL with a message that names the place. A
 * node that is NULL, an absent key, leaves *ret as it is. */
#ifndef DUTO_TARIFF_READ_H
#define DUTO_TARIFF_READ_H

#include "pipeline/yaml.h"
#include "tariff/tariff.h"

/* Memory, zeroed. */
void *tariff_allocate(size_t count, size_t size);

/* "expected WHAT, found ..." at a node. */
int tariff_expected(const struct yaml_node *n, const char *what, char **ret_error);
int tariff_refuse(const struct yaml_node *n, char **ret_error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

int tariff_read_text(const struct yaml_node *n, struct str *ret, char **ret_error);
/* Letters, digits, "_" and "-". */
int tariff_read_code(const struct yaml_node *n, struct str *ret, char **ret_error);
int tariff_read_bool(const struct yaml_node *n, bool *ret, char **ret_error);
int tariff_read_integer(const struct yaml_node *n, int low, int high, int *ret, char **ret_error);
/* One of names, a list that ends with NULL: its place in the list. */
int tariff_read_choice(
	const struct yaml_node *n, const char *const *names, int *ret, char **ret_error);

/* 12.5, or 5% for 0.05. */
int tariff_read_decimal(const struct yaml_node *n, decimal *ret, char **ret_error);
/* The same, from low to high. */
int tariff_read_between(
	const struct yaml_node *n, decimal low, decimal high, decimal *ret, char **ret_error);

/* A decimal, or a map of dates to decimals or to { name: red, rate: 0.04 }. */
int tariff_read_dated(const struct yaml_node *n, struct dated_values *ret, char **ret_error);

/* [{ to: 100, rate: 5 }, { rate: 9 }] */
int tariff_read_bands(const struct yaml_node *n, struct bands *ret, char **ret_error);

/* A post's name or a list of them, as a set. */
int tariff_read_posts(const struct yaml_node *n, const struct schedule *schedule, uint64_t *ret,
	char **ret_error);

void dated_free(struct dated_values *v);
void bands_free(struct bands *b);

#endif
