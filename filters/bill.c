#include <errno.h>

#include "account/bill_write.h"
#include "account/meter_reading.h"
#include "filter.h"
#include "filter/fields.h"

static struct customer_terms terms = { .cycle = "day 1" };
static const char *customers_file, *complete = "0", *spike = "1.8";
static struct meter_form form = { .reads = "energy",
	.stamp = "start",
	.unit = "",
	.interval = 900 * SECONDS,
	.fields = { "energy", "energy_export", "reactive_energy", "reactive_energy_capacitive" } };
static int64_t every, late, revise = 45 * 86400 * SECONDS, meters = 100000;

static const struct opt options[] = {
	{ "tariff", OPT_TEXT, &terms.tariff, "FILE",
		.help = "what to bill by: a file, or one that ships (schemas/tariffs)" },
	{ "customers", OPT_FILE, &customers_file, "FILE",
		.help = "who is billed, in CSV: meter, tariff, cycle, contract, connection, history, "
			"credits, factor, name, recipient, language; options stand for empty "
			"cells" },
	{ "cycle", OPT_TEXT, &terms.cycle, "TEXT",
		.help = "\"day 1\", or reading dates \"2026-03-10 2026-04-09 at 10:30\"" },
	{ "contract", OPT_TEXT, &terms.contract, "KW",
		.help = "contracted demand: 400, or \"ponta=311 fora_ponta=467\"" },
	{ "connection", OPT_TEXT, &terms.connection, "NAME",
		.help = "as the tariff's minimum_energy names it" },
	{ "history", OPT_TEXT, &terms.history, "TEXT",
		.help = "largest demands of earlier cycles: \"2026-01=380 2026-02=395.5\"" },
	{ "credits", OPT_TEXT, &terms.credits, "KWH", .help = "net metering's, at the beginning" },
	{ "reads", OPT_CHOICE, &form.reads, .choices = "energy|power|register|totals",
		.help = "what samples say: the energy of an interval, its mean power, a register "
			"that counts up, or what a meter read in a whole cycle (energy_POST, "
			"demand_POST, ...)" },
	{ "interval", OPT_DURATION, &form.interval, "TIME", .help = "what one sample stands for",
		.min = 1, .max = 86400 },
	{ "stamp", OPT_CHOICE, &form.stamp, .choices = "start|end",
		.help = "which end of its interval a sample's time is" },
	{ "unit", OPT_CHOICE, &form.unit, .choices = "Wh|kWh|MWh|W|kW|MW",
		.help = "of energy (kWh) or power (kW); reactive ones likewise" },
	{ "digits", OPT_INTEGER, &form.digits, "N",
		.help = "of a register: it goes on with 0 behind so many nines", .min = 0,
		.max = 18 },
	{ "decimals", OPT_INTEGER, &form.decimals, "N",
		.help = "of a register that is no whole number: so many decimals count", .min = 0,
		.max = 9 },
	{ "factor", OPT_TEXT, &terms.factor, "NUMBER",
		.help = "what a reading is multiplied with: current x voltage ratio" },
	{ "import", OPT_TEXT, &form.fields[IMPORT], "FIELD", .help = "energy or power taken" },
	{ "export", OPT_TEXT, &form.fields[EXPORT], "FIELD", .help = "given back" },
	{ "inductive", OPT_TEXT, &form.fields[INDUCTIVE], "FIELD",
		.help = "reactive energy or power, inductive" },
	{ "capacitive", OPT_TEXT, &form.fields[CAPACITIVE], "FIELD", .help = "and capacitive" },
	{ "every", OPT_DURATION, &every, "TIME",
		.help = "how often a running bill goes out; without it none does",
		.max = 366 * 86400.0 },
	{ "late", OPT_DURATION, &late, "TIME",
		.help = "how far behind a cycle's end its bill is final", .max = 366 * 86400.0 },
	{ "revise", OPT_DURATION, &revise, "TIME",
		.help = "how long behind its end a cycle's bill is revised when late data come",
		.max = 366 * 86400.0 },
	{ "complete", OPT_TEXT, &complete, "SHARE",
		.help = "with less than this share of the cycle's intervals measured (0.98) a bill is "
			"incomplete, not final" },
	{ "check-register", OPT_TEXT, &form.check, "FIELD",
		.help = "a register beside the energy or power taken, as it stands at a sample's "
			"time: intervals that do not add up to it are told as suspect" },
	{ "spike", OPT_TEXT, &spike, "TIMES",
		.help = "an interval above so many times the third highest of its day is told as "
			"suspect, and counts; 0: none is" },
	{ "meters", OPT_INTEGER, &meters, "N", .help = "so many at once without --customers",
		.min = 1, .max = 1e7 },
	OPT_END,
};

static struct customers customers;
static struct accounts *accounts;
static struct meter_reader *reader;

static void emit_bill(const struct account_bill *b)
{
	bill_write(b, emit_begin(b->time, b->meter, STR("bill")));
	emit_end();
}

static void no_bill(struct str meter, const char *error)
{
	warning("no bill for %.*s: %s", STR_ARG(meter), error);
}

static void start(void)
{
	decimal share, times;
	char *error;
	if (decimal_parse(str(complete), &share) || share < 0 || share > DECIMAL_ONE)
		die_config("--complete: %s is no share from 0 to 1", complete);
	if (decimal_parse(str(spike), &times) || (times && times < DECIMAL_ONE))
		die_config("--spike: %s is neither 1 or more nor 0", spike);
	int r = customers_file ? customers_load(customers_file, &terms, &customers, &error)
			       : customers_single(&terms, &customers, &error);
	if (r < 0)
		die_config("%s", error);
	form.late = late;
	reader = meter_reader_open(&form, &error);
	if (!reader)
		die_config("%s", error);
	accounts = accounts_open(&(struct accounts_form){ .customers = &customers,
		.readings = meter_reader_form(reader),
		.every = every,
		.late = late,
		.revise = revise,
		.complete = share,
		.spike = times,
		.meters = customers_file ? customers.count : (size_t)meters,
		.billed = emit_bill,
		.failed = no_bill });
}

static const char *reason_of(int error)
{
	switch (error) {
	case -ESTALE:
		return "late";
	case -EALREADY:
		return "read already";
	case -EDOM:
		return "no energy";
	case -ERANGE:
		return "in no cycle";
	case -ENODATA:
		return "no reading";
	default:
		return "too large";
	}
}

static void on_measurement(const struct sample *s)
{
	struct account *account = accounts_get(accounts, s->source);
	if (!account) {
		drop("no customer", "%.*s is in no row of %s", STR_ARG(s->source), customers_file);
		return;
	}
	int r = meter_read(reader, s, account);
	if (r < 0)
		drop(reason_of(r), "%.*s: a sample does not count: %s", STR_ARG(s->source),
			reason_of(r));
}

static void on_sample(struct sample *s)
{
	struct account *account;
	if (sample_is_measurement(s)) {
		on_measurement(s);
	} else if (str_eq(s->kind, STR("mark"))) {
		account = accounts_get(accounts, s->source);
		if (account)
			account_mark(account, s->time);
		emit(s);
	} else if (!str_eq(s->kind, STR("schema"))) {
		emit(s);
	}
}

static void end(void)
{
	accounts_end(accounts);
}

static void save(struct buffer *to)
{
	accounts_save(accounts, to);
}

static bool load(struct cursor *from)
{
	return accounts_load(accounts, from);
}

static void fields(struct fields *f)
{
	meter_needs(reader, f);
	fields_none(f);
	fields_open(f);
}

const struct filter filter = {
	.summary = "bill energy by a tariff, to the cent",
	.details =
		"A tariff (schemas/tariff.md) says what is charged; every meter has its billing "
		"cycle. A sample of kind bill goes out at the cycle's end, with its lines, and "
		"provisional ones as often as --every says; what comes late makes a revision that "
		"names the bill it replaces.\n\n"
		"Money and energy are exact decimals; a float is converted once, to the nearest "
		"1e-9 kWh. Values that are Uncertain count as estimated, those that are Bad do not "
		"count. Gaps are estimated: up to two hours by a straight line, beyond by like days, "
		"scaled to what a register says; bills tell of each. What looks wrong (--spike, "
		"--check-register) counts as it was read, and bills tell of it as suspect.\n\n"
		"Measurements and schemas end here, marks and other kinds go on.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.save = save,
	.load = load,
	.fields = fields,
};
