#include <errno.h>

#include "align/align.h"
#include "align/total.h"
#include "filter.h"
#include "filter/fields.h"

static struct opt_list meters, minus, sums, means, across, ratios;
static const char *as;
static int64_t every, tolerance, late, wait_for;

static const struct opt options[] = {
	{ "meters", OPT_LIST, &meters, "A,B,...", .help = "the sources that are added up",
		.required = true },
	{ "minus", OPT_LIST, &minus, "C,...",
		.help = "sources that are taken off: what is left is the balance" },
	{ "as", OPT_TEXT, &as, "PATH", .help = "the source of the total", .required = true },
	{ "every", OPT_DURATION, &every, "TIME", .help = "a total at each multiple of this",
		.min = 1e-6, .max = 366 * 86400.0, .required = true },
	{ "sum", OPT_LIST, &sums, "FIELD,...", .help = "fields that add up; else by their unit" },
	{ "mean", OPT_LIST, &means, "FIELD,...",
		.help = "fields that have a mean; else by their unit" },
	{ "across", OPT_TEXT, &across, "NAME=A,B,C",
		.help = "beside them the mean of those of these fields that are there",
		.repeat = true },
	{ "ratio", OPT_TEXT, &ratios, "NAME=A/B", .help = "beside them the ratio of two fields",
		.repeat = true },
	{ "tolerance", OPT_DURATION, &tolerance, "TIME",
		.help = "so old may a reading be that counts; as --every unless set" },
	{ "late", OPT_DURATION, &late, "TIME",
		.help = "how much older than the newest sample of its meter one may be and still "
			"count" },
	{ "wait", OPT_DURATION, &wait_for, "TIME",
		.help = "so far may one meter be ahead of the others before they are not waited "
			"for; as --every unless set" },
	OPT_END,
};

static struct total *total;
static struct align *aligned;

/* What align writes, as a sample: borrowed until the next call. */
static const struct sample *side_by_side(void (*write)(struct align *, struct sample_writer *))
{
	static struct sample_writer writer;
	static struct buffer bytes;
	static struct sample s;
	bytes.len = 0;
	sample_begin(&writer, &bytes, 0, STR("aligned"), 0, 0, STR(""));
	write(aligned, &writer);
	sample_end(&writer);
	sample_decode(&s, bytes.data, bytes.len);
	return &s;
}

static void emit_total(int64_t time)
{
	const struct sample *s = side_by_side(align_write);
	total_write(total, s, emit_begin(time, str(as), STR("")));
	emit_end();
}

static void emit_learnt(int64_t time)
{
	const struct sample *all = side_by_side(align_write_schema);
	total_schema(total, all, emit_begin(time, str(as), STR("schema")));
	emit_end();
}

static void emit_mark(int64_t time)
{
	emit_begin(time, str(as), STR("mark"));
	emit_end();
}

static void start(void)
{
	char *error;
	total = total_open(
		&(struct total_form){ &meters, &minus, &sums, &means, &across, &ratios }, &error);
	if (!total)
		die_config("%s", error);
	if (opt_has(total_sources(total), str(as)))
		die_config("--as: %s is one of the meters", as);
	aligned = align_open(&(struct align_form){ .sources = total_sources(total),
		.tolerance = opt_given(&tolerance) ? tolerance : every,
		.late = late,
		.wait = opt_given(&wait_for) ? wait_for : every,
		.every = every,
		.ready = emit_total,
		.learnt = emit_learnt,
		.come = emit_mark });
}

static void on_sample(struct sample *s)
{
	int r = align_take(aligned, s);
	if (r == -ENOENT)
		emit(s);
	else if (r == -ESTALE)
		drop("late",
			"%.*s: a sample is older than totals that have gone out (--late, --wait)",
			STR_ARG(s->source));
}

static void end(void)
{
	align_end(aligned);
}

static void save(struct buffer *to)
{
	total_save(total, to);
	align_save(aligned, to);
}

static void learn_again(void)
{
	static struct sample_writer nowhere;
	static struct buffer bytes;
	const struct sample *all = side_by_side(align_write_schema);
	sample_begin(&nowhere, &bytes, 0, STR("nowhere"), 0, 0, STR("schema"));
	total_schema(total, all, &nowhere);
	sample_end(&nowhere);
	buffer_free(&bytes);
}

static bool load(struct cursor *from)
{
	if (!total_load(total, from) || !align_load(aligned, from))
		return false;
	learn_again();
	return true;
}

static void fields(struct fields *f)
{
	fields_open(f);
}

const struct filter filter = {
	.summary = "several meters as one: sums, means and balances",
	.details =
		"    duto total --meters plant/meter1,plant/meter2 --as plant/total --every 1s\n\n"
		"At each time one sample comes out with the fields of all meters, from their last "
		"readings at or before it, as far back as --tolerance. Power, energy and current "
		"add up (by their unit: W, var, VA, Wh, varh, VAh, A), voltage, frequency, "
		"temperature and % have a mean; where --sum or --mean name fields, these are all. "
		"Fields of --minus are taken off the sums. Integers add up as integers.\n\n"
		"A sum that a meter is missing from is nil and Bad; so nothing that counts on "
		"(demand, bill) takes a part for the whole. A mean that one is missing from is "
		"Uncertain. Of a field that only some meters have there is no sum.\n\n"
		"--across voltage_line=voltage_l1_l2,voltage_l2_l3,voltage_l3_l1 is the mean of the "
		"line voltages that are there, --ratio "
		"power_factor=active_power/apparent_power that of the whole.\n\n"
		"A time is answered when every meter has come to it, or by a mark, or when one is "
		"ahead by more than --wait. The order in which meters come changes nothing. Meters' "
		"schemas and marks become the total's; other sources and kinds pass unchanged.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.save = save,
	.load = load,
	.fields = fields,
};
