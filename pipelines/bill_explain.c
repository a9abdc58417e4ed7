/* duto bill-explain: how each line of a bill came about. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "decimal.h"
#include "failure.h"
#include "filter.h"
#include "pipelines/describe/describe.h"
#include "terminal.h"

enum { NAME_COLUMNS = 40, AMOUNT_COLUMNS = 16 };

static bool has(const json_t *object, const char *key)
{
	return json_object_get(object, key);
}

/* "energia_ponta   5407.30", the amounts one under the other. */
static void print_amount(const char *name, const char *label, const char *amount)
{
	char title[200];
	snprintf(title, sizeof(title), "%s%s%s%s", name, *label ? " (" : "", label,
		*label ? ")" : "");
	int columns = terminal_columns(str(title)), room = NAME_COLUMNS - columns;
	printf("%s%*s%*s\n", title, room > 0 ? room : 0, "", AMOUNT_COLUMNS, amount);
}

static void print_rate(const json_t *line, const char *currency)
{
	const char *unit = describe_text(line, "unit");
	bool money = strcmp(unit, currency) == 0;
	printf("    %s %s x %s", describe_text(line, "quantity"), unit,
		describe_text(line, "rate"));
	if (!money && *unit)
		printf(" %s/%s", currency, unit);
	if (has(line, "exact"))
		printf(" = %s before rounding", describe_text(line, "exact"));
	printf("\n");
}

static void print_taxes_inside(const json_t *line, const char *currency)
{
	const json_t *taxes = json_object_get(line, "taxes");
	size_t i;
	json_t *tax;
	if (!has(line, "net_rate"))
		return;
	printf("    of which %s %s/%s without taxes; with", describe_text(line, "net_rate"),
		currency, describe_text(line, "unit"));
	json_array_foreach(taxes, i, tax)
		printf("%s %s", i ? "," : "", json_string_value(tax) ?: "");
	printf(" inside\n");
}

static void print_tier(const json_t *line)
{
	if (has(line, "tier_to"))
		printf("    tier from %s to %s %s\n", describe_text(line, "tier_from"),
			describe_text(line, "tier_to"), describe_text(line, "unit"));
	else if (has(line, "tier_from"))
		printf("    tier from %s %s up\n", describe_text(line, "tier_from"),
			describe_text(line, "unit"));
}

static void print_demand(const json_t *line)
{
	if (!has(line, "measured"))
		return;
	printf("    measured %s kW", describe_text(line, "measured"));
	if (has(line, "at"))
		printf(" at %s", describe_text(line, "at"));
	if (json_is_true(json_object_get(line, "estimated")))
		printf(", estimated");
	if (json_is_true(json_object_get(line, "suspect")))
		printf(", suspect");
	if (has(line, "contract"))
		printf("; contract %s kW", describe_text(line, "contract"));
	printf("\n");
}

static void print_days(const json_t *line)
{
	json_int_t days = json_integer_value(json_object_get(line, "days"));
	json_int_t of_days = json_integer_value(json_object_get(line, "of_days"));
	if (days < of_days)
		printf("    %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " days\n", days,
			of_days);
}

static void print_line(const json_t *line, const char *currency)
{
	print_amount(describe_text(line, "code"), describe_text(line, "label"),
		describe_text(line, "amount"));
	print_rate(line, currency);
	print_taxes_inside(line, currency);
	print_tier(line);
	print_demand(line);
	print_days(line);
}

/* A share as "99.87 %". */
static const char *percent(const json_t *bill, const char *key)
{
	static char text[DECIMAL_TEXT];
	decimal share = 0;
	decimal_parse(str(describe_text(bill, key)), &share);
	size_t len = decimal_print(text, share * 100, 0);
	snprintf(text + len, sizeof(text) - len, " %%");
	return text;
}

static void print_shares(const json_t *bill)
{
	printf("; of the intervals %s measured", percent(bill, "measured"));
	printf(", %s estimated", percent(bill, "estimated"));
	if (has(bill, "missing"))
		printf(", %s missing", percent(bill, "missing"));
}

static void print_incomplete(const json_t *bill)
{
	printf("incomplete, not final: %s of the intervals have to be measured\n",
		percent(bill, "complete"));
}

static void print_head(const json_t *sample, const json_t *bill)
{
	json_int_t revision = json_integer_value(json_object_get(bill, "revision"));
	const char *name = describe_text(bill, "name");
	printf("%s%s%s, tariff %s: %s", describe_text(sample, "source"), *name ? ", " : "", name,
		describe_text(bill, "tariff"), describe_text(bill, "state"));
	if (revision)
		printf(", revision %" JSON_INTEGER_FORMAT, revision);
	printf("\n%s to %s, %" JSON_INTEGER_FORMAT " days", describe_text(bill, "first_day"),
		describe_text(bill, "last_day"), json_integer_value(json_object_get(bill, "days")));
	if (has(bill, "measured"))
		print_shares(bill);
	printf("\n");
	if (!strcmp(describe_text(bill, "state"), "incomplete"))
		print_incomplete(bill);
	printf("\n");
}

static void print_taxes(const json_t *taxes, const char *currency)
{
	size_t i;
	json_t *tax;
	json_array_foreach(taxes, i, tax) printf("%s%s: %s x %s %s = %s\n",
		strcmp(describe_text(tax, "method"), "inside") ? "" : "inside, ",
		describe_text(tax, "code"), describe_text(tax, "rate"), describe_text(tax, "base"),
		currency, describe_text(tax, "amount"));
}

static void print_estimates(const json_t *estimates)
{
	size_t i;
	json_t *e;
	json_array_foreach(estimates, i, e) printf("estimated %s to %s: %s kWh (%s)\n",
		describe_text(e, "from"), describe_text(e, "until"), describe_text(e, "energy"),
		describe_text(e, "method"));
}

static void print_suspects(const json_t *suspects)
{
	size_t i;
	json_t *s;
	json_array_foreach(suspects, i, s)
	{
		bool spike = !strcmp(describe_text(s, "check"), "spike");
		printf("suspect %s to %s: %s kWh, while %s %s kWh\n", describe_text(s, "from"),
			describe_text(s, "until"), describe_text(s, "energy"),
			spike ? "the day's third highest is" : "the register went on by",
			describe_text(s, "against"));
	}
}

static void print_bill(const json_t *sample, const json_t *bill)
{
	const char *currency = describe_text(bill, "currency");
	bool lines = !strcmp(describe_text(bill, "rounding"), "line");
	size_t i;
	json_t *line;
	print_head(sample, bill);
	json_array_foreach(json_object_get(bill, "lines"), i, line) print_line(line, currency);
	printf("\n");
	print_amount("total", currency, describe_text(bill, "total"));
	printf("    %s\n", lines ? "the sum of the lines, each rounded by itself"
				 : "the exact sum of the lines, rounded once");
	print_taxes(json_object_get(bill, "taxes"), currency);
	print_estimates(json_object_get(bill, "estimates"));
	print_suspects(json_object_get(bill, "suspects"));
}

/* Objects one behind the other, as to-json writes them. */
static int explain(FILE *from, const char *path)
{
	int bills = 0;
	json_error_t error;
	json_t *sample;
	while ((sample = json_loadf(from, JSON_DISABLE_EOF_CHECK, &error))) {
		const json_t *values = json_object_get(sample, "values");
		if (!strcmp(describe_text(sample, "kind"), "bill") && values) {
			if (bills++)
				printf("\n");
			print_bill(sample, values);
		}
		json_decref(sample);
	}
	if (!feof(from) || json_error_code(&error) != json_error_premature_end_of_input)
		return failure(
			EXIT_CONFIG, "%s:%d:%d: %s", path, error.line, error.column, error.text);
	return bills ? EXIT_OK : failure(EXIT_CONFIG, "%s: there is no bill", path);
}

int command_bill_explain(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "-";
	if (argc > 2)
		return failure(EXIT_CONFIG, "usage: duto bill-explain [FILE]");
	if (!strcmp(path, "-"))
		return explain(stdin, "standard input");
	FILE *from = fopen(path, "re");
	if (!from)
		return failure(EXIT_CONFIG, "%s: %s", path, strerror(errno));
	int status = explain(from, path);
	fclose(from);
	return status;
}
