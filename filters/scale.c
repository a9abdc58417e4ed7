#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "filter.h"
#include "scaler.h"
#include "text.h"

static const char *fit_path, *model_path, *method_name = "standard", *pattern;
static struct opt_list names;
static bool inverse;

static const struct opt options[] = {
	{ "fit", OPT_OUTPUT, &fit_path, .arg = "FILE",
		.help = "learn from the stream, pass it on unchanged, write the model" },
	{ "model", OPT_FILE, &model_path, .arg = "FILE", .help = "scale by this model" },
	{ "method", OPT_CHOICE, &method_name, .arg = "METHOD", .help = "what --fit learns",
		.choices = "standard|min-max|robust" },
	{ "fields", OPT_LIST, &names, .arg = "A,B,...", .help = "only these fields" },
	{ "as", OPT_TEXT, &pattern, .arg = "scaled_{field}",
		.help = "write beside the readings, under this name" },
	{ "inverse", OPT_FLAG, &inverse, .help = "from scaled values back to readings" },
	OPT_END,
};

/* Learning. */

static struct scaler_fit *fit;

/* What stood at each place of the last sample, and its place in the fit, + 1. */
static struct {
	char *name;
	size_t place;
} last[SAMPLE_INDEXED];

static bool wanted(struct str name)
{
	return names.count == 0 || opt_has(&names, name);
}

/* The fit's place for value i: samples of one source are alike, so the last answer mostly holds. */
static size_t place_of(uint32_t i, struct str name)
{
	if (i < SAMPLE_INDEXED && last[i].place && str_eq(name, str(last[i].name)))
		return last[i].place - 1;
	size_t place = scaler_fit_field(fit, name);
	if (i < SAMPLE_INDEXED) {
		free(last[i].name);
		last[i].name = strndup(name.data, name.len);
		last[i].place = last[i].name ? place + 1 : 0;
	}
	return place;
}

static bool is_number(const struct wire *w, double *ret)
{
	if (w->type != WIRE_INT && w->type != WIRE_UINT && w->type != WIRE_DOUBLE)
		return false;
	*ret = w->type == WIRE_INT ? (double)w->i : w->type == WIRE_UINT ? (double)w->u : w->d;
	return isfinite(*ret);
}

static void learn(const struct sample *s)
{
	for (uint32_t i = 0; i < s->values.count; i++) {
		struct str name;
		struct wire w;
		double v;
		sample_value(s, i, &name, &w);
		if (!is_number(&w, &v) || !wanted(name))
			continue;
		if (!s->quality.count || !status_is_bad(sample_status(s, name)))
			scaler_fit_add(fit, place_of(i, name), v);
	}
}

static struct buffer flags;

static void note_left_out(const char *name, uint64_t values)
{
	if (values)
		buffer_print(&flags, "%s%s", flags.len ? ", " : "", name);
}

static void tell_left_out(void)
{
	if (flags.len)
		notice("left out as flags, only ever 0 and 1: %.*s (--fields scales them all the "
		       "same)",
			STR_ARG(buffer_str(&flags)));
	buffer_free(&flags);
}

static void check_named(const struct scaler *s, const char *where)
{
	char *error;

	if (scaler_check(s, names.words, names.count, where, &error) < 0)
		die_config("%s", error);
}

static void save(void)
{
	struct scaler learnt;
	int r;

	scaler_fit_model(fit, names.count == 0, &learnt, note_left_out);
	tell_left_out();
	if (learnt.count == 0)
		die_config("no numbers came in, so %s was not written", fit_path);
	check_named(&learnt, "the stream");
	r = scaler_save(&learnt, fit_path);
	if (r < 0)
		die_system("%s: %s", fit_path, strerror(-r));
	scaler_free(&learnt);
}

/* Scaling. */

struct scaled {
	const struct scaler_field *model;
	struct field from, to;
};
static struct scaler model;
static struct scaled *scaled;
static size_t scaled_count;

static struct str name_beside(const char *field)
{
	const char *hole = strstr(pattern, "{field}");

	if (!hole)
		die_config("--as: %s lacks {field}, the place of the field's name", pattern);
	return str(text_print("%.*s%s%s", (int)(hole - pattern), pattern, field, hole + 7));
}

static void load(void)
{
	char *error;

	if (scaler_load(model_path, &model, &error) < 0)
		die_config("%s", error);
	check_named(&model, model_path);
	scaled = allocate(model.count + 1, sizeof(*scaled));
	for (size_t i = 0; i < model.count; i++) {
		const struct scaler_field *f = &model.fields[i];
		if (!wanted(str(f->name)))
			continue;
		scaled[scaled_count++] = (struct scaled){
			.model = f,
			.from.name = str(f->name),
			.to.name = pattern ? name_beside(f->name) : str(f->name),
		};
	}
}

/* A Bad value is none: what stands there is not a scaled value, so it does not stay. */
static void scale_bad(struct sample *s, struct scaled *f, uint32_t status)
{
	struct wire w;

	if (!sample_find(s, &f->from, &w))
		return;
	sample_set_nil(s, &f->to);
	sample_set_status(s, f->to.name, status);
}

static void scale_field(struct sample *s, struct scaled *f)
{
	double v;
	uint32_t status = sample_number(s, &f->from, &v);

	if (status_is_bad(status)) {
		scale_bad(s, f, status);
		return;
	}
	v = inverse ? scaler_invert(&model, f->model, v) : scaler_apply(&model, f->model, v);
	sample_set_number(s, &f->to, v);
	if (pattern && s->quality.count)
		sample_set_status(s, f->to.name, status);
}

/* What a schema sample says of a reading (unit, range) does not hold for what replaces it. */
static bool not_scaled(struct str name)
{
	for (size_t i = 0; i < scaled_count; i++)
		if (str_eq(name, scaled[i].from.name))
			return false;
	return true;
}

static void start(void)
{
	enum scaler_method method;

	if (!fit_path == !model_path)
		die_config("one of --fit FILE and --model FILE is needed");
	if (fit_path && (pattern || inverse))
		die_config("--%s goes with --model, not with --fit", pattern ? "as" : "inverse");
	if (model_path && opt_given(&method_name))
		die_config("--method goes with --fit; a model has its method inside");
	if (model_path) {
		load();
	} else if (scaler_method_parse(str(method_name), &method) == 0) {
		fit = scaler_fit_open(method);
	}
}

static void on_sample(struct sample *s)
{
	if (sample_is_measurement(s)) {
		if (fit)
			learn(s);
		for (size_t i = 0; i < scaled_count; i++)
			scale_field(s, &scaled[i]);
	} else if (scaled_count && !pattern && str_eq(s->kind, STR("schema"))) {
		sample_select(s, not_scaled);
	}
	emit(s);
}

static void end(void)
{
	if (fit)
		save();
}

static void describe(struct fields *f)
{
	for (size_t i = 0; i < scaled_count; i++) {
		fields_need(f, scaled[i].model->name, NULL);
		fields_make(f, scaled[i].to.name.data, NULL);
	}
}

const struct filter filter = {
	.summary =
		"learn a scaling of fields from a stream, or scale fields by one that was learnt",
	.details = "With --fit it learns from the numeric fields of measurements (of those "
		   "named, or of all but flags, which are only ever 0 and 1), leaves out Bad "
		   "values, and writes the model when the input ends.\n"
		   "With --model it replaces the values by float 64 numbers. The quality of a "
		   "field stays; a value that is Bad becomes nil. Samples that lack a field are "
		   "passed on without it. The model is laid out in schemas/scaler.md.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.fields = describe,
};
