#include <errno.h>

#include "align/align.h"
#include "filter.h"
#include "filter/fields.h"

static struct opt_list sources, names;
static const char *as, *on;
static int64_t tolerance, every, late, wait_for;
static bool interpolate, bare;

static const struct opt options[] = {
	{ "sources", OPT_LIST, &sources, "A,B,...", .help = "the sources to join",
		.required = true },
	{ "as", OPT_TEXT, &as, "PATH", .help = "the source of what comes out", .required = true },
	{ "tolerance", OPT_DURATION, &tolerance, "TIME",
		.help = "so old may a value be at the time that it is taken for",
		.required = true },
	{ "every", OPT_DURATION, &every, "TIME", .help = "a sample at each multiple of this",
		.min = 1e-6, .max = 366 * 86400.0 },
	{ "on", OPT_TEXT, &on, "A", .help = "a sample at each time of this one of the sources" },
	{ "late", OPT_DURATION, &late, "TIME",
		.help = "how much older than the newest sample of its source one may be and still "
			"count; times wait so long" },
	{ "wait", OPT_DURATION, &wait_for, "TIME",
		.help = "so far may one source be ahead of the others before they are not waited "
			"for; as --tolerance unless set" },
	{ "fields", OPT_LIST, &names, "A,B",
		.help = "only these fields, named as field or segment.field" },
	{ "bare", OPT_FLAG, &bare,
		.help = "fields keep their names; where sources have the same, the first one's "
			"counts" },
	{ "interpolate", OPT_FLAG, &interpolate,
		.help = "numbers on the line between two values, where a schema does not say step" },
	OPT_END,
};

static struct align *aligned;

static bool is_wanted(struct str field, struct str prefixed)
{
	return !names.count || opt_has(&names, field) || opt_has(&names, prefixed);
}

static void emit_joined(int64_t time)
{
	align_write(aligned, emit_begin(time, str(as), STR("")));
	emit_end();
}

static const char *segment(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void check_sources(void)
{
	for (size_t i = 0; i < sources.count; i++)
		for (size_t j = 0; j < i; j++)
			if (!bare && !strcmp(segment(sources.words[i]), segment(sources.words[j])))
				die_config("--sources: %s and %s end the same, which their fields "
					   "are told apart by (--bare)",
					sources.words[j], sources.words[i]);
	if (opt_has(&sources, str(as)))
		die_config("--as: %s is one of the sources", as);
}

static size_t place_of_on(void)
{
	if (!on == !every)
		die_config("one of --every and --on is needed");
	for (size_t i = 0; on && i < sources.count; i++)
		if (!strcmp(sources.words[i], on))
			return i;
	if (on)
		die_config("--on: %s is none of the sources", on);
	return 0;
}

static void emit_learnt(int64_t time)
{
	align_write_schema(aligned, emit_begin(time, str(as), STR("schema")));
	emit_end();
}

static void emit_mark(int64_t time)
{
	emit_begin(time, str(as), STR("mark"));
	emit_end();
}

static void start(void)
{
	check_sources();
	aligned = align_open(&(struct align_form){ .sources = &sources,
		.tolerance = tolerance,
		.late = late,
		.wait = opt_given(&wait_for) ? wait_for : tolerance,
		.every = every,
		.on = place_of_on(),
		.interpolate = interpolate,
		.bare = bare,
		.wanted = is_wanted,
		.ready = emit_joined,
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
			"%.*s: a sample is older than times that have been answered (--late, --wait)",
			STR_ARG(s->source));
}

static void end(void)
{
	align_end(aligned);
}

static void save(struct buffer *to)
{
	align_save(aligned, to);
}

static bool load(struct cursor *from)
{
	return align_load(aligned, from);
}

static void fields(struct fields *f)
{
	fields_open(f);
}

const struct filter filter = {
	.summary = "join several sources into one, aligned by time",
	.details =
		"    duto join --sources p/mill1,p/mill2 --as p/line1 --tolerance 500ms --every 1s\n\n"
		"At each time one sample comes out with the fields of all sources: their last "
		"values at or before it, as far back as --tolerance; with --interpolate, numbers on "
		"the line to the next value within it. A field that its source has had by then, and "
		"that has no value so near, is nil and Bad; the others keep their quality, of two "
		"the worse. Times at which no source has a value are left out.\n\n"
		"Fields are named by the last segment of their source: mill1.torque. With --bare "
		"they keep their names.\n\n"
		"All is in the time of the samples: the order in which sources come changes nothing, "
		"as long as they keep within --late and --wait. A time is answered when every source "
		"has come to it (with --interpolate beyond it by --tolerance), by a sample that is "
		"newer by --late or by a mark, or when one is ahead of it by more than --wait. What "
		"comes later than any time left would look at is dropped and counted; 10000 samples "
		"of a source are held at most. Schemas are joined, too; marks go on once all "
		"sources have come so far. Other sources and kinds pass unchanged.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.save = save,
	.load = load,
	.fields = fields,
};
