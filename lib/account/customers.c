#include "account/customers.h"

#include <errno.h>
#include <stdlib.h>

#include "account/customer_terms.h"
#include "allocate.h"
#include "fnv.h"
#include "text.h"

enum column {
	METER,
	TARIFF,
	CYCLE,
	CONTRACT,
	CONNECTION,
	HISTORY,
	CREDITS,
	FACTOR,
	NAME,
	RECIPIENT,
	LANGUAGE,
};

static const struct table_column columns[] = {
	[METER] = { "meter", true },
	[TARIFF] = { "tariff", false },
	[CYCLE] = { "cycle", false },
	[CONTRACT] = { "contract", false },
	[CONNECTION] = { "connection", false },
	[HISTORY] = { "history", false },
	[CREDITS] = { "credits", false },
	[FACTOR] = { "factor", false },
	[NAME] = { "name", false },
	[RECIPIENT] = { "recipient", false },
	[LANGUAGE] = { "language", false },
	{ NULL, false },
};

/* The tariff of that name, read once however many have it. */
static int find_tariff(
	struct customers *c, const char *name, const struct tariff **ret, char **ret_error)
{
	for (size_t i = 0; i < c->tariff_count; i++)
		if (!strcmp(c->names[i], name)) {
			*ret = c->tariffs[i];
			return 0;
		}
	struct tariff *t;
	int r = tariff_load(name, c->table.path, &t, ret_error);
	if (r < 0)
		return r;
	c->tariffs = reallocate(c->tariffs, c->tariff_count + 1, sizeof(*c->tariffs));
	c->names = reallocate(c->names, c->tariff_count + 1, sizeof(*c->names));
	c->names[c->tariff_count] = or_abort(strdup(name));
	c->tariffs[c->tariff_count++] = t;
	*ret = t;
	return 0;
}

/* What one cell, or one option, says. */
static int read_term(struct customers *c, struct customer *to, enum column column, struct str text,
	char **ret_error)
{
	int r = 0;
	switch (column) {
	case TARIFF: {
		char *name = text_print("%.*s", STR_ARG(text));
		r = text.len ? find_tariff(c, name, &to->tariff, ret_error)
			     : text_refuse(ret_error, "there is no tariff");
		free(name);
		return r;
	}
	case CYCLE:
		return cycles_parse(text.len ? text : STR("day 1"), &to->cycles, ret_error);
	case CONTRACT:
		r = customer_contracts(text, &to->contract, ret_error);
		return r ?: customer_check_contracts(to->tariff, &to->contract, ret_error);
	case CONNECTION:
		return customer_connection(text, to->tariff, &to->contract, ret_error);
	case HISTORY:
		return customer_history(text, &to->contract, ret_error);
	case CREDITS:
		return customer_credits(text, to->tariff, &to->contract, ret_error);
	case FACTOR:
		return customer_factor(text, &to->factor, ret_error);
	default:
		return 0;
	}
}

static struct str term(const struct customer_terms *t, enum column column)
{
	const char *texts[] = { [TARIFF] = t->tariff,
		[CYCLE] = t->cycle,
		[CONTRACT] = t->contract,
		[CONNECTION] = t->connection,
		[HISTORY] = t->history,
		[CREDITS] = t->credits,
		[FACTOR] = t->factor };
	return texts[column] ? str(texts[column]) : STR("");
}

/* What is wrong in a tariff file has a place of its own. */
static void place_error(
	const struct table *t, size_t row, enum column column, char **ret_error, const char *error)
{
	if (column == TARIFF && strstr(error, ".yaml:"))
		*ret_error = text_print("%s", error);
	else
		table_error(t, row, column, ret_error, "%s", error);
}

static int read_row(
	struct customers *c, size_t row, const struct customer_terms *terms, char **ret_error)
{
	struct customer *to = &c->all[row];
	int r = 0;
	to->meter = table_cell(&c->table, row, METER);
	for (enum column i = TARIFF; !r && i <= FACTOR; i++) {
		struct str cell = table_cell(&c->table, row, i);
		char *error = NULL;
		r = read_term(c, to, i, cell.len ? cell : term(terms, i), &error);
		if (r < 0)
			place_error(&c->table, row, i, ret_error, error);
		free(error);
	}
	to->name = table_cell(&c->table, row, NAME);
	to->recipient = table_cell(&c->table, row, RECIPIENT);
	to->language = table_cell(&c->table, row, LANGUAGE);
	return r;
}

static size_t *place_of(const struct customers *c, struct str meter)
{
	size_t i = fnv_add(FNV_START, meter.data, meter.len) & (c->slots - 1);
	while (c->by_meter[i] && !str_eq(c->all[c->by_meter[i] - 1].meter, meter))
		i = (i + 1) & (c->slots - 1);
	return &c->by_meter[i];
}

static void make_room(struct customers *c, size_t count)
{
	for (c->slots = 16; c->slots < 2 * count; c->slots *= 2)
		;
	c->by_meter = allocate(c->slots, sizeof(*c->by_meter));
	c->all = allocate(count + 1, sizeof(*c->all));
}

static int read_rows(struct customers *c, const struct customer_terms *terms, char **ret_error)
{
	int r = 0;
	make_room(c, c->table.count);
	for (size_t i = 0; !r && i < c->table.count; i++) {
		c->count++;
		r = read_row(c, i, terms, ret_error);
		size_t *place = r ? NULL : place_of(c, c->all[i].meter);
		if (!r && *place)
			r = table_error(&c->table, i, METER, ret_error, "meter %.*s comes twice",
				STR_ARG(c->all[i].meter));
		if (!r)
			*place = i + 1;
	}
	return r;
}

int customers_load(const char *path, const struct customer_terms *terms, struct customers *ret,
	char **ret_error)
{
	struct customers c = { 0 };
	int r = table_load(path, columns, &c.table, ret_error);
	if (r < 0)
		return r;
	r = read_rows(&c, terms, ret_error);
	if (!r && !c.count)
		r = text_refuse(ret_error, "%s: there is no customer in this file", path);
	if (r < 0)
		customers_free(&c);
	else
		*ret = c;
	return r;
}

int customers_single(const struct customer_terms *terms, struct customers *ret, char **ret_error)
{
	static const char *const options[] = { [TARIFF] = "--tariff",
		[CYCLE] = "--cycle",
		[CONTRACT] = "--contract",
		[CONNECTION] = "--connection",
		[HISTORY] = "--history",
		[CREDITS] = "--credits",
		[FACTOR] = "--factor" };
	struct customers c = { 0 };
	int r = 0;
	make_room(&c, 1);
	c.count = 1;
	for (enum column i = TARIFF; !r && i <= FACTOR; i++) {
		char *error = NULL;
		r = read_term(&c, &c.all[0], i, term(terms, i), &error);
		if (r < 0)
			text_refuse(ret_error, "%s: %s", options[i], error);
		free(error);
	}
	if (r < 0)
		customers_free(&c);
	else
		*ret = c;
	return r;
}

void customers_free(struct customers *c)
{
	for (size_t i = 0; i < c->count; i++)
		cycles_free(&c->all[i].cycles);
	for (size_t i = 0; i < c->tariff_count; i++) {
		tariff_free(c->tariffs[i]);
		free(c->names[i]);
	}
	free(c->tariffs);
	free(c->names);
	free(c->by_meter);
	free(c->all);
	if (c->table.path)
		table_unload(&c->table);
	*c = (struct customers){ 0 };
}

const struct customer *customers_find(const struct customers *c, struct str meter)
{
	if (!c->table.path)
		return &c->all[0];
	size_t place = *place_of(c, meter);
	return place ? &c->all[place - 1] : NULL;
}
