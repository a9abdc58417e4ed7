#include "row_key.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "text.h"
#include "utf8.h"

static int not_found(const struct columns *c, const char *given, const char *title,
	const char *option, const char *instead, char **ret_error)
{
	char *meant = given ? columns_suggest(c, given) : NULL;
	int r = meant ? text_refuse(ret_error, "no column \"%s\" for --%s; did you mean \"%s\"?",
				title, option, meant)
		      : text_refuse(
				ret_error, "no column \"%s\": give --%s%s", title, option, instead);
	free(meant);
	return r;
}

/* The column that was given, or the one of the usual title. */
static int find_column(struct columns *c, const char *given, const char *usual, const char *option,
	const char *instead, int *ret_at, char **ret_error)
{
	const char *title = given ? given : usual;
	int at = columns_find(c, str(title));
	if (at < 0)
		return not_found(c, given, title, option, instead, ret_error);
	*ret_at = at;
	return 0;
}

int row_key_columns(struct row_key *k, struct columns *c, char **ret_error)
{
	int r = 0;
	k->time_at = k->source_at = -1;
	k->count = c->count;
	if (!k->stepped)
		r = find_column(c, k->time_column, "time", "time-column", ", or --start and --step",
			&k->time_at, ret_error);
	if (!r && (k->source_column || !k->source))
		r = find_column(c, k->source_column, "source", "source-column", " or --source",
			&k->source_at, ret_error);
	if (!r && k->time_at >= 0)
		c->all[k->time_at].field = false;
	if (!r && k->source_at >= 0)
		c->all[k->source_at].field = false;
	return r;
}

__attribute__((format(printf, 4, 5))) static int fault(
	struct row_fault *ret, const char *reason, size_t cell, const char *format, ...)
{
	va_list args;
	ret->reason = reason;
	ret->cell = cell;
	va_start(args, format);
	vsnprintf(ret->text, sizeof(ret->text), format, args);
	va_end(args);
	return -EINVAL;
}

static int step_time(const struct row_key *k, int64_t *ret, struct row_fault *ret_fault)
{
	if (!__builtin_mul_overflow(k->row - 1, k->step, ret) &&
		!__builtin_add_overflow(*ret, k->start, ret))
		return 0;
	fault(ret_fault, "beyond all times", 0,
		"--step: the time of row %" PRId64 " is beyond what samples can say", k->row);
	return -ERANGE;
}

static int read_time(
	const struct row_key *k, const struct str *cells, int64_t *ret, struct row_fault *ret_fault)
{
	if (k->time_at < 0)
		return step_time(k, ret, ret_fault);
	struct str cell = cells[k->time_at];
	if (time_form_read(&k->time_form, cell, ret) == 0)
		return 0;
	return fault(ret_fault, "not a time", (size_t)k->time_at, "expected a time, found \"%.*s\"",
		STR_ARG(cell_shown(cell)));
}

static int read_source(struct row_key *k, const struct str *cells, struct row_fault *ret_fault)
{
	k->name.len = 0;
	if (k->source)
		buffer_add_str(&k->name, str(k->source));
	if (k->source_at < 0)
		return 0;
	struct str cell = cells[k->source_at];
	if (!cell.len || cell.len > ROW_SOURCE_MAX || !utf8_valid(cell))
		return fault(ret_fault, "no source", (size_t)k->source_at,
			"expected the name of a source, 1 to %d bytes of UTF-8", ROW_SOURCE_MAX);
	if (k->source)
		buffer_add_char(&k->name, '/');
	buffer_add_str(&k->name, cell);
	return 0;
}

int row_key_read(struct row_key *k, const struct str *cells, size_t count, int64_t *ret_time,
	struct str *ret_source, struct row_fault *ret_fault)
{
	int64_t time;
	if (count != k->count)
		return fault(ret_fault, "wrong number of cells",
			count > k->count ? k->count : count, "expected %zu cells, found %zu",
			k->count, count);
	int r = read_time(k, cells, &time, ret_fault);
	if (!r)
		r = read_source(k, cells, ret_fault);
	if (r)
		return r;
	*ret_time = time;
	*ret_source = buffer_str(&k->name);
	return 0;
}
