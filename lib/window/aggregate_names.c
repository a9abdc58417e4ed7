/* What aggregates are called, and the set of those that words name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "aggregate_parts.h"
#include "text.h"

static const char *const kind_names[AGGREGATE_QUANTILE] = {
	[AGGREGATE_MEAN] = "mean",
	[AGGREGATE_MIN] = "min",
	[AGGREGATE_MAX] = "max",
	[AGGREGATE_FIRST] = "first",
	[AGGREGATE_LAST] = "last",
	[AGGREGATE_SUM] = "sum",
	[AGGREGATE_COUNT] = "count",
	[AGGREGATE_STDDEV] = "stddev",
	[AGGREGATE_INTEGRAL] = "integral",
	[AGGREGATE_DELTA] = "delta",
	[AGGREGATE_RATE] = "rate",
};

const char *aggregate_name(const struct aggregate_set *set, int kind)
{
	return kind < AGGREGATE_QUANTILE ? kind_names[kind] : set->names[kind - AGGREGATE_QUANTILE];
}

static int refuse(const char *word, char **ret_error)
{
	const char *meant = opt_suggest(word, kind_names, AGGREGATE_QUANTILE);
	if (meant)
		return text_refuse(ret_error, "there is no %s; did you mean %s?", word, meant);
	return text_refuse(ret_error,
		"there is no %s; expected mean, min, max, first, last, sum, count, stddev, "
		"integral, delta, rate or a quantile such as p50, p99.9",
		word);
}

/* p50, p99.9: percents between 0 and 100. */
static bool is_quantile(const char *word, double *ret_rank)
{
	size_t len = strlen(word), digits = strspn(word + (*word == 'p'), "0123456789.");
	char *end;
	if (*word != 'p' || !digits || digits + 1 != len ||
		len >= sizeof(((struct aggregate_set *)0)->names[0]))
		return false;
	*ret_rank = strtod(word + 1, &end) / 100;
	return !*end && word[1] != '.' && *ret_rank <= 1;
}

static int add_quantile(const char *word, double rank, struct aggregate_set *set, char **ret_error)
{
	for (int i = 0; i < AGGREGATE_QUANTILES; i++) {
		bool free = !set->names[i][0];
		if (!free && strcmp(set->names[i], word))
			continue;
		snprintf(set->names[i], sizeof(set->names[i]), "%s", word);
		set->ranks[i] = rank;
		set->kinds |= 1u << (AGGREGATE_QUANTILE + i);
		return 0;
	}
	return text_refuse(ret_error, "more than %d quantiles", AGGREGATE_QUANTILES);
}

static int add_word(const char *word, struct aggregate_set *set, char **ret_error)
{
	double rank;
	int kind = 0;
	if (is_quantile(word, &rank))
		return add_quantile(word, rank, set, ret_error);
	while (kind < AGGREGATE_QUANTILE && strcmp(word, kind_names[kind]))
		kind++;
	if (kind == AGGREGATE_QUANTILE)
		return refuse(word, ret_error);
	set->kinds |= 1u << kind;
	return 0;
}

int aggregate_parse(const struct opt_list *words, struct aggregate_set *ret, char **ret_error)
{
	struct aggregate_set set = { 0 };
	for (size_t i = 0; i < words->count; i++)
		if (add_word(words->words[i], &set, ret_error))
			return -EINVAL;
	*ret = set;
	return 0;
}
