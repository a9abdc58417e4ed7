#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "filter.h"
#include "filter/stat.h"
#include "keep/merge.h"
#include "keep/progress.h"
#include "number.h"
#include "statedir.h"

enum { AT_ONCE = 64 }; /* samples between two looks at the rest of the world */
#define POST_EVERY SECONDS

static struct opt_list names, sources;
static struct keep_period period;
static const char *cursor, *speed_text = "max";
static bool follow;

static const struct opt options[] = {
	{ "keep", OPT_KEEP, &names, .help = "the folder of a keep, or PIPELINE/STAGE",
		.positional = true, .required = true, .repeat = true },
	{ "since", OPT_TIME, &period.since, "TIME", .help = "only samples from this time on" },
	{ "until", OPT_TIME, &period.until, "TIME", .help = "only samples from before this time" },
	{ "source", OPT_LIST, &sources, "PATH,..",
		.help = "only these sources, and what lies under them" },
	{ "follow", OPT_FLAG, &follow,
		.help = "at the end, wait for what is kept next; ends with the keep's stream",
		.incidental = true },
	{ "cursor", OPT_TEXT, &cursor, "NAME",
		"go on behind what was passed on under this name, and remember it in the keep",
		.incidental = true },
	{ "speed", OPT_TEXT, &speed_text, "N",
		"times as fast as the samples' times; max: as fast as they are taken",
		.incidental = true },
	OPT_END,
};

/* A keep that is read: descriptors lead back to it, and its stream. */
struct recording {
	const char *name;
	struct keep_stream *stream;
	struct keep_progress progress;
	uint64_t told_missing;
};

static struct recording *recordings;
static struct keep_merge *merge;
static struct keep_stream *at_hand; /* of the sample that comes next */
static double speed;		    /* 0: max */
static int64_t began, first_time;
static uint64_t passed_on; /* of what was made */
static bool ending, post_due;

static void read_speed(void)
{
	bool integer;
	int64_t ignored;
	size_t len = strlen(speed_text);
	if (strcmp(speed_text, "max") == 0)
		return;
	if (number_parse(speed_text, len, &speed, &integer, &ignored) != len || !(speed > 0))
		die_config("--speed: %s is not a number above 0, nor max", speed_text);
}

static void read_cursor(struct recording *r)
{
	uint64_t number = 0;
	int error = cursor ? keep_cursor_read(r->progress.path, cursor, &number) : 0;
	if (error == -EINVAL)
		die_config("--cursor: %s is not a name (a-z A-Z 0-9 . _ -, at most %d)", cursor,
			KEEP_NAME_MAX);
	if (error && error != -ENOENT)
		die_system("%s: cursor %s: %s", r->name, cursor, strerror(-error));
	r->progress.name = cursor;
	r->progress.settled = r->progress.posted = period.behind = number;
}

static void open_recording(struct recording *r, const char *name)
{
	char *error = NULL;
	r->name = name;
	r->progress.path = statedir_find(name);
	if (!r->progress.path)
		die_config("%s: there is no such folder, and no keep of that name in %s", name,
			statedir_root());
	read_cursor(r);
	int result = keep_stream_open(&r->stream, r->progress.path, &period, &error);
	if (result == -ENOENT || result == -ENOTDIR)
		die_config("%s: not a keep", r->progress.path);
	if (result == -EIO || result == -ENOMEM || result == -EMFILE)
		die_system("%s", error);
	if (result)
		die_config("%s", error ? error : strerror(-result));
	keep_merge_add(merge, r->stream);
}

static struct recording *recording_of(const struct keep_stream *stream)
{
	struct recording *r = recordings;
	while (r->stream != stream)
		r++;
	return r;
}

static void heard(int fd)
{
	for (size_t i = 0; i < names.count; i++)
		if (keep_reader_fd(recordings[i].stream->reader) == fd)
			keep_reader_heard(recordings[i].stream->reader);
}

static void start(void)
{
	period.sources = sources.words;
	period.source_count = sources.count;
	read_speed();
	merge = keep_merge_open();
	recordings = calloc(names.count, sizeof(*recordings));
	if (!recordings)
		die_system("no memory for %zu keeps", names.count);
	for (size_t i = 0; i < names.count; i++)
		open_recording(&recordings[i], names.words[i]);
	for (size_t i = 0; i < names.count && follow; i++)
		watch(keep_reader_fd(recordings[i].stream->reader), heard);
}

static void tell_missing(struct recording *r)
{
	uint64_t missing = r->stream->missing - r->told_missing;
	if (!missing)
		return;
	r->told_missing = r->stream->missing;
	stat_page->lost += missing;
	warning("%s: %" PRIu64 " samples before number %" PRIu64 " are missing", r->name, missing,
		r->stream->block.first);
}

/* Whether there is a sample at hand. Corrupt blocks are told of and passed over. */
static bool take_next(void)
{
	char *error = NULL;
	int r;
	while (!at_hand && (r = keep_merge_next(merge, &at_hand, &error)) != 0) {
		if (r < 0 && r != -EBADMSG)
			die_system("%s", error ? error : strerror(-r));
		if (r < 0) {
			warning("%s", error);
			free(error);
		}
		tell_missing(recording_of(at_hand));
		if (r < 0)
			at_hand = NULL;
	}
	return at_hand;
}

/* By the samples' times, from that of the first on. What is late goes at once. */
static bool is_due(void)
{
	int64_t now = speed > 0 && !at_hand->announced ? clock_monotonic() : 0;
	if (!now)
		return true;
	if (!began) {
		began = now;
		first_time = at_hand->sample.time;
	}
	double ahead = (double)(at_hand->sample.time - first_time) / speed;
	if (ahead <= (double)(now - began))
		return true;
	wait_until(began + (int64_t)ahead);
	return false;
}

static void mark(struct recording *r)
{
	if (cursor)
		keep_progress_mark(&r->progress, made(), r->stream->number);
}

static void post(void)
{
	static bool told;
	post_due = false;
	for (size_t i = 0; i < names.count; i++) {
		int r = keep_progress_post(&recordings[i].progress);
		if (r && !told)
			warning("%s: cursor %s: %s", recordings[i].name, cursor, strerror(-r));
		told |= r != 0;
	}
}

static void settled(uint64_t up_to)
{
	passed_on = up_to;
	for (size_t i = 0; i < names.count && cursor; i++)
		keep_progress_settle(&recordings[i].progress, passed_on);
	if (!cursor || post_due)
		return;
	if (ending)
		post();
	post_due = !ending;
	if (post_due)
		wake_at(clock_monotonic() + POST_EVERY, post);
}

/* Nothing more for now: false at the end. Samples that were passed over count as passed on. */
static bool pause_or_end(void)
{
	bool over = true;
	for (size_t i = 0; i < names.count; i++) {
		over &= !follow || keep_reader_ended(recordings[i].stream->reader);
		mark(&recordings[i]);
	}
	settled(passed_on);
	if (!over)
		wait_ready();
	return !over;
}

static bool produce(void)
{
	for (int i = 0; i < AT_ONCE; i++) {
		if (!take_next())
			return pause_or_end();
		if (!is_due())
			return true;
		emit(&at_hand->sample);
		mark(recording_of(at_hand));
		at_hand = NULL;
	}
	return true;
}

static void end(void)
{
	ending = true;
	if (cursor)
		post();
}

const struct filter filter = {
	.summary = "give back the samples of a keep as they were",
	.details =
		"Byte for byte, in the keep's order; several keeps are merged by time, source, run "
		"and seq. With --since, a source begins with the last schema from before. Samples "
		"that arrived late stand where they arrived; those of a period are found wherever "
		"they stand.\n\n"
		"With --cursor NAME the keep remembers what was passed on for good, at least every "
		"second, and holds it until then. After a kill some samples come again, none is "
		"left out: `duto keep forget KEEP NAME` ends that.\n\n"
		"A corrupt block is told of by file and offset and passed over; what is missing in "
		"the keep's numbers is counted as lost.",
	.options = options,
	.start = start,
	.produce = produce,
	.settled = settled,
	.end = end,
	.fields = fields_open,
};
