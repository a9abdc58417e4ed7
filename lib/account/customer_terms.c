#include "account/customer_terms.h"

#include <errno.h>
#include <string.h>

#include "text.h"

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

int customer_contracts(struct str text, struct contract *c, char **ret_error)
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

int customer_history(struct str text, struct contract *c, char **ret_error)
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

int customer_credits(struct str text, const struct tariff *t, struct contract *c, char **ret_error)
{
	struct str word, name;
	while ((word = next_word(&text)).len) {
		decimal credit;
		int r = read_pair(word, &name, &credit, ret_error);
		if (r < 0)
			return r;
		int post = name.len || schedule_count(t->when.schedule) > 1
				   ? schedule_find(t->when.schedule, name)
				   : 0;
		if (post < 0)
			return text_refuse(
				ret_error, "expected POST=KWH, found \"%.*s\"", STR_ARG(word));
		c->credits[post] = credit;
	}
	return 0;
}

int customer_connection(
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

int customer_factor(struct str text, decimal *ret, char **ret_error)
{
	*ret = DECIMAL_ONE;
	if (text.len && (decimal_parse(text, ret) || *ret <= 0 || *ret > 1000000 * DECIMAL_ONE))
		return text_refuse(ret_error, "expected a factor above 0 and up to 1000000");
	return 0;
}

/* Every contract that the tariff asks for has to be there. */
int customer_check_contracts(const struct tariff *t, const struct contract *c, char **ret_error)
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
