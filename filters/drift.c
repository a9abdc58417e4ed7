#include <math.h>

#include "allocate.h"
#include "drift.h"
#include "filter.h"
#include "series.h"

static const char *model_path, *measure = "psi";
static struct opt_list names;
static int64_t every, count, sources = 1000, values_min = 200;
static double threshold;

static const struct opt options[] = {
	{ "model", OPT_FILE, &model_path, .arg = "FILE",
		.help = "what scale --fit learnt, with quantiles", .required = true },
	{ "every", OPT_DURATION, &every, .arg = "TIME",
		.help = "compare windows of this length, in the time of the samples", .min = 1e-6,
		.max = 366 * 86400.0 },
	{ "count", OPT_INTEGER, &count, .arg = "N",
		.help = "compare windows of so many samples of a source", .min = 1, .max = 1e9 },
	{ "measure", OPT_CHOICE, &measure, .arg = "HOW",
		.help = "psi: population stability index; ks: Kolmogorov and Smirnov's distance",
		.choices = "psi|ks" },
	{ "threshold", OPT_NUMBER, &threshold, .arg = "D",
		.help = "from this distance on it is a drift; 0.25 of psi, 0.2 of ks unless given",
		.min = 1e-9, .max = 1000 },
	{ "values", OPT_INTEGER, &values_min, .arg = "N",
		.help = "with fewer values of a field a window goes on", .min = 20, .max = 1e9 },
	{ "fields", OPT_LIST, &names, .arg = "A,B,...", .help = "only these fields" },
	{ "sources", OPT_INTEGER, &sources, .arg = "N",
		.help = "so many sources at once; with more, the one not heard from for longest "
			"is forgotten",
		.min = 1, .max = 1e6 },
	OPT_END,
};

struct watched {
	struct field field;
	struct drift_bins bins;
};
static struct watched *watched;
static size_t watched_count;

/* Of a source: its window, and what came into it of each field watched. */
struct window {
	int64_t start;
	uint64_t samples;
	struct drift drifts[];
};
static struct series *windows;

static void tell(const struct sample *s, const struct watched *w, const struct drift *d,
	int64_t start, double distance)
{
	struct sample_writer *event = emit_begin(s->time, s->source, STR("event"));

	sample_add_text(event, STR("event"), STR("drift"));
	sample_add_text(event, STR("state"), d->raised ? STR("raised") : STR("cleared"));
	sample_add_text(event, STR("field"), w->field.name);
	sample_add_text(event, STR("measure"), str(measure));
	sample_add_number(event, STR("distance"), distance);
	sample_add_number(event, STR("threshold"), threshold);
	sample_add_unsigned(event, STR("values"), d->values);
	sample_add_number(event, STR("window"), (double)(s->time - start) / 1e9);
	emit_end();
}

static void judge(const struct sample *s, const struct watched *w, struct drift *d, int64_t start)
{
	double distance;

	if (d->values < values_min)
		return;
	distance = strcmp(measure, "ks") == 0 ? drift_kolmogorov(d, &w->bins)
					      : drift_stability(d, &w->bins);
	if (drift_judge(d, distance, threshold))
		tell(s, w, d, start, distance);
	drift_restart(d);
}

static void close_window(const struct sample *s, struct window *window)
{
	for (size_t i = 0; i < watched_count; i++)
		judge(s, &watched[i], &window->drifts[i], window->start);
	window->start = s->time;
	window->samples = 0;
}

static void take(const struct sample *s, struct window *window)
{
	for (size_t i = 0; i < watched_count; i++) {
		double v;
		sample_number(s, &watched[i].field, &v);
		if (isfinite(v))
			drift_count(&window->drifts[i], &watched[i].bins, v);
	}
	window->samples++;
}

/* A window of time is closed by the first sample behind it; one of a number by its last. */
static void on_sample(struct sample *s)
{
	struct window *window;
	bool is_new;

	if (!sample_is_measurement(s)) {
		emit(s);
		return;
	}
	window = series_get(windows, s->source, &is_new);
	if (is_new)
		window->start = s->time;
	if (every && s->time - window->start >= every)
		close_window(s, window);
	take(s, window);
	if (count && window->samples >= (uint64_t)count)
		close_window(s, window);
	emit(s);
}

static bool is_wanted(struct str name)
{
	return !names.count || opt_has(&names, name);
}

static void watch_fields(const struct scaler *model)
{
	watched = allocate(model->count, sizeof(*watched));
	for (size_t i = 0; i < model->count; i++) {
		const struct scaler_field *f = &model->fields[i];
		if (!is_wanted(str(f->name)))
			continue;
		if (!f->has_quantiles)
			die_config("%s: %s has no quantiles; scale --fit writes them from %d "
				   "values on",
				model_path, f->name, SCALER_QUANTILES_FROM);
		watched[watched_count].field.name = str(f->name);
		drift_bins_make(&watched[watched_count++].bins, f);
	}
}

static void start(void)
{
	static struct scaler model;
	char *error;

	if (!every == !count)
		die_config("one of --every TIME and --count N is needed");
	if (!opt_given(&threshold))
		threshold = strcmp(measure, "ks") == 0 ? 0.2 : 0.25;
	if (scaler_load(model_path, &model, &error) < 0 ||
		scaler_check(&model, names.words, names.count, model_path, &error) < 0)
		die_config("%s", error);
	watch_fields(&model);
	windows = series_open(sizeof(struct window) + watched_count * sizeof(struct drift),
		(size_t)sources, NULL);
}

static void save_window(const void *state, struct buffer *to)
{
	const struct window *w = state;

	wire_array(to, (uint32_t)(2 + watched_count));
	wire_int(to, w->start);
	wire_uint(to, w->samples);
	for (size_t i = 0; i < watched_count; i++)
		drift_save(&w->drifts[i], to);
}

static bool load_window(void *context, struct str key, void *state, struct cursor *from)
{
	struct window *w = state;
	uint32_t size;

	(void)context;
	(void)key;
	if (wire_next_array(from, &size) != 1 || size != 2 + watched_count ||
		wire_next_int(from, &w->start) != 1 || wire_next_uint(from, &w->samples) != 1)
		return false;
	for (size_t i = 0; i < watched_count; i++)
		if (!drift_load(&w->drifts[i], &watched[i].bins, from))
			return false;
	return true;
}

static void save(struct buffer *to)
{
	series_save(windows, to, save_window);
}

static bool load(struct cursor *from)
{
	return series_load(windows, from, load_window, NULL);
}

static void describe(struct fields *f)
{
	for (size_t i = 0; i < watched_count; i++)
		fields_need(f, watched[i].field.name.data, NULL);
}

const struct filter filter = {
	.summary = "tell when fields are no longer distributed as what a model was fitted on",
	.details =
		"Samples pass through. The values of each field of a source are counted into the "
		"bins between the model's quantiles (schemas/scaler.md), a window at a time, and "
		"compared with the shares they had there. When the distance reaches the "
		"threshold, an event is raised; when it falls below three quarters of it, the event "
		"is cleared (schemas/sample.md). A window with fewer values than "
		"--values goes on; one that is not full at the end of input is not compared.\n\n"
		"It compares readings: put it before scale.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.save = save,
	.load = load,
	.fields = describe,
};
