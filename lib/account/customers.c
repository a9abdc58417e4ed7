#include "account/customers.h"

#include <errno.h>
#include <stdlib.h>

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

static void *grow(void *p, size_t count, size_t size)
{
	p = reallocarray(p, count, size);
	if (!p)
		abort();
	return p;
}

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
	c->tariffs = grow(c->tariffs, c->tariff_count + 1, sizeof(*c->tariffs));
	c->names = grow(c->names, c->tariff_count + 1, sizeof(*c->names));
	c->names[c->tariff_count] = strdup(name);
	if (!c->names[c->tariff_count])
		abort();
	c->tariffs[c->tariff_count++] = t;
	*ret = t;
	return 0;
}

static struct str next_word(struct str *text)
{
	while (text->len && strchr(" \t;,", *text->data)) {
		text->data++;
		text->len--;
	}
	struct str word = { text->data, 0 };
	while (word.len < text->len && !strchr(" \t;,", word.data[word.len]))
		word.len++;
	text->data += word.len;
	text->len -= word.len;
	return word;
}

/* "name=12.5", or "12.5" with an empty name. */
static int read_pair(struct str word, struct str *ret_name, decimal *ret, char **ret_error)
{
	const char *equals = memchr(word.data, '=', word.len);
	size_t at = equals ? (size_t)(equals - word.data) + 1 : 0;
	*ret_name = (struct str){ word.data, at ? at - 1 : 0 };
	if (decimal_parse((struct str){ word.data + at, word.len - at }, ret) || *ret < 0)
		return text_refuse(ret_error,
			"expected a number from 0 on, or NAME=NUMBER, found \"%.*s\"",
			STR_ARG(word));
	return 0;
}

static int read_contracts(struct str text, struct contract *c, char **ret_error)
{
	struct str word;
	while ((word = next_word(&text)).len) {
		if (c->count == CONTRACTS_MAX)
			return text_refuse(ret_error, "more than %d contracts", CONTRACTS_MAX);
		struct str name;
		int r = read_pair(word, &name, &c->contracts[c->count].demand, ret_error);
		if (r < 0)
			return r;
		for (size_t i = 0; i < c->count; i++)
			if (str_eq(c->contracts[i].name, name))
				return text_refuse(
					ret_error, "contract \"%.*s\" comes twice", STR_ARG(name));
		c->contracts[c->count++].name = name;
	}
	return 0;
}

/* "2026-01", the end of that month, or "2026-01-15". */
static int read_day(struct str text, int32_t *ret)
{
	char day[DATE_TEXT];
	if (text.len == DATE_TEXT)
		return date_parse(text, ret);
	if (text.len != 7)
		return -EINVAL;
	memcpy(day, text.data, 7);
	memcpy(day + 7, "-01", 3);
	int r = date_parse((struct str){ day, DATE_TEXT }, ret);
	if (!r)
		*ret = date_add_months(*ret, 1) - 1;
	return r;
}

static int read_history(struct str text, struct contract *c, char **ret_error)
{
	struct str word, name;
	while ((word = next_word(&text)).len) {
		if (c->history_count == HISTORY_MAX)
			return text_refuse(ret_error, "more than %d cycles", HISTORY_MAX);
		decimal *demand = &c->history[c->history_count].demand;
		int r = read_pair(word, &name, demand, ret_error);
		if (r < 0)
			return r;
		if (read_day(name, &c->history[c->history_count].day))
			return text_refuse(
				ret_error, "expected YEAR-MONTH=KW, found \"%.*s\"", STR_ARG(word));
		c->history_count++;
	}
	return 0;
}

static int read_credits(
	struct str text, const struct tariff *t, struct contract *c, char **ret_error)
{
	struct str word, name;
	while ((word = next_word(&text)).len) {
		decimal credit;
		int r = read_pair(word, &name, &credit, ret_error);
		if (r < 0)
			return r;
		int post = name.len || schedule_count(t->schedule) > 1
				   ? schedule_find(t->schedule, name)
				   : 0;
		if (post < 0)
			return text_refuse(
				ret_error, "expected POST=KWH, found \"%.*s\"", STR_ARG(word));
		c->credits[post] = credit;
	}
	return 0;
}

static int read_connection(
	struct str text, const struct tariff *t, struct contract *c, char **ret_error)
{
	const struct minimum_energy *m = &t->minimum;
	c->connection = text;
	for (size_t i = 0; i < m->count; i++)
		if (!m->at[i].connection.len || str_eq(m->at[i].connection, text))
			return 0;
	if (!m->count)
		return 0;
	return text_refuse(ret_error,
		"expected a connection that the tariff names (as \"%.*s\"), found \"%.*s\"",
		STR_ARG(m->at[0].connection), STR_ARG(text));
}

static int read_factor(struct str text, decimal *ret, char **ret_error)
{
	*ret = DECIMAL_ONE;
	if (text.len && (decimal_parse(text, ret) || *ret <= 0 || *ret > 1000000 * DECIMAL_ONE))
		return text_refuse(ret_error, "expected a factor above 0 and up to 1000000");
	return 0;
}

/* Every contract that the tariff asks for has to be there. */
static int check_contracts(const struct tariff *t, const struct contract *c, char **ret_error)
{
	for (size_t i = 0; i < t->charge_count; i++) {
		const struct demand_terms *d = &t->charges[i].demand;
		bool there = !d->has_contract;
		for (size_t k = 0; k < c->count; k++)
			there |= str_eq(c->contracts[k].name, d->contract);
		if (!there)
			return text_refuse(ret_error,
				"charge %.*s of the tariff needs a contract%s%.*s",
				STR_ARG(t->charges[i].code), d->contract.len ? " for " : "",
				STR_ARG(d->contract));
	}
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
		r = read_contracts(text, &to->contract, ret_error);
		return r ?: check_contracts(to->tariff, &to->contract, ret_error);
	case CONNECTION:
		return read_connection(text, to->tariff, &to->contract, ret_error);
	case HISTORY:
		return read_history(text, &to->contract, ret_error);
	case CREDITS:
		return read_credits(text, to->tariff, &to->contract, ret_error);
	case FACTOR:
		return read_factor(text, &to->factor, ret_error);
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
	c->by_meter = calloc(c->slots, sizeof(*c->by_meter));
	c->all = calloc(count + 1, sizeof(*c->all));
	if (!c->by_meter || !c->all)
		abort();
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
