#include "position.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "emit.h"
#include "filter.h"
#include "fnv.h"
#include "gap.h"
#include "intake.h"
#include "loop.h"
#include "message.h"
#include "stat.h"
#include "text.h"

/* A busy stream has a position each so often, or each so many bytes; a stream that runs dry, sooner. */
#define EVERY	    SECONDS
#define EVERY_DRY   (100 * MILLISECONDS)
#define EVERY_BYTES (UINT64_C(16) << 20)
/* Saving must not be what a stage does most: a position waits so many times what the last one took. */
enum { PAUSE = 3 };
/* What is saved: the library's part of it twice, the filter's, and the version of that; the latter is
 * absent in what was saved before there was one. */
enum { STATE_ITEMS = 4, STATE_ITEMS_FIRST = 3 };

static bool known, wanted, put_here, came, given, ended;
static uint64_t number;	   /* of the last position */
static struct buffer last; /* the position sample with which the stage goes on; empty: none */
static bool last_is_given;
static uint64_t owner;
static const char *folder_path;
static int folder = -1;
static struct buffer state;

/* The last position put here: when, how far the input stood, and where it is among what was made. */
static struct {
	uint64_t samples, bytes, at;
	int64_t time, took;
	bool settled;
} put = { .settled = true };

void position_setup(uint64_t options_hash, const char *given_folder)
{
	const char *program = message_program();
	owner = fnv_add(options_hash, program, strlen(program));
	folder_path = given_folder ? given_folder : getenv("DUTO_CHECKPOINT");
}

void resume_from(struct str position)
{
	last.len = 0;
	buffer_add_str(&last, position);
	last_is_given = true;
}

/* The output whose reader wants positions; two could not be brought to one of them. */
static struct link *reader_of_positions(void)
{
	struct link *reader = NULL;
	for (int i = 0; i < loop_output_count; i++) {
		if (loop_outputs[i]->positions != LINK_POSITIONS)
			continue;
		if (reader)
			return NULL;
		reader = loop_outputs[i];
	}
	return reader;
}

static bool is_asking(void)
{
	for (int i = 0; i < loop_output_count; i++)
		if (loop_outputs[i]->positions == LINK_ASKING)
			return true;
	return filter.commits && !last_is_given;
}

static bool decode_last(struct sample *s)
{
	*s = (struct sample){ 0 };
	return last.len && sample_decode(s, last.data, last.len) > 0 && sample_is_position(s);
}

static uint64_t number_of(const struct sample *s)
{
	struct field field = { .name = STR("number") };
	struct wire w;
	return sample_find(s, &field, &w) && w.type == WIRE_UINT ? w.u : 0;
}

/* How far the keeps that were read stood at the position: a map of their ids to numbers. */
static struct str inputs_of(const struct sample *s)
{
	struct wire w;
	struct str name, bytes = { 0 };
	for (uint32_t i = 0; i < s->values.count; i++) {
		sample_value(s, i, &name, &w);
		if (str_eq(name, STR("inputs")))
			bytes = sample_value_bytes(s, i);
	}
	return bytes;
}

/* A keep that the position does not name is read from its cursor on. */
static void go_on(struct link *l, struct str inputs)
{
	struct cursor c = wire_cursor(inputs);
	struct str keep;
	uint64_t number;
	uint32_t count;
	int r = -ENOENT;
	if (!inputs.len || wire_next_map(&c, &count) != 1)
		return;
	while (count-- && r == -ENOENT && wire_next_str(&c, &keep) == 1 &&
		wire_next_uint(&c, &number) == 1)
		r = link_seek(l, keep, number);
	if (r && r != -ENOENT)
		die_system("%s: %s", l->name, strerror(-r));
}

static void go_on_in_keeps(const struct sample *s)
{
	for (int i = 0; i < loop_input_count; i++)
		go_on(loop_inputs[i], inputs_of(s));
}

static void tell_writers(void)
{
	for (int i = 0; i < loop_input_count; i++) {
		int r = link_tell(loop_inputs[i], wanted, buffer_str(&last));
		if (r)
			die_system("%s: %s", loop_inputs[i]->name, strerror(-r));
	}
}

static void find_folder(const struct link *reader)
{
	if (!folder_path && reader && strncmp(reader->name, "keep:", 5) == 0)
		folder_path = text_print(
			"%.*s/checkpoint", (int)strcspn(reader->name + 5, "?#"), reader->name + 5);
}

static void open_folder(void)
{
	if (folder >= 0)
		return;
	if (!folder_path)
		die_config("a filter that remembers needs --checkpoint FOLDER here, to go on after "
			   "a kill");
	folder = checkpoint_open(folder_path);
	if (folder < 0)
		die_system("%s: %s", folder_path, strerror(-folder));
}

static bool take_own(struct str bytes)
{
	struct cursor c = wire_cursor(bytes);
	return !filter.load || (filter.load(&c) && c.at == c.end);
}

static void check_version(uint64_t version)
{
	if (version > filter.state_version)
		die_config("%s: checkpoint %" PRIu64 ": its state is of version %" PRIu64
			   ", this program knows up to %u: use a newer duto",
			folder_path, number, version, filter.state_version);
}

static bool take_state(struct str bytes)
{
	struct cursor c = wire_cursor(bytes);
	struct str own;
	uint32_t items;
	uint64_t version = 0;
	if (wire_next_array(&c, &items) != 1 || items < STATE_ITEMS_FIRST || items > STATE_ITEMS ||
		!emit_load(&c) || !gap_load(&c) || wire_next_bin(&c, &own) != 1)
		return false;
	if (items == STATE_ITEMS && wire_next_uint(&c, &version) != 1)
		return false;
	check_version(version);
	return take_own(own);
}

/* Without a checkpoint, or with one of other options, the filter begins with what it has; that is
 * said, as it may matter. */
static void load_state(void)
{
	if (!number || (!filter.save && !folder_path))
		return;
	open_folder();
	int r = checkpoint_load(folder, number, owner, &state);
	if (r == -ENOENT && filter.save)
		warning("%s: there is no checkpoint %" PRIu64 ": begins without memory",
			folder_path, number);
	else if (r == -ESTALE && filter.save)
		warning("%s: the checkpoint is of other options: begins without memory",
			folder_path);
	else if (r == -ENOTSUP)
		die_config("%s: checkpoint %" PRIu64 " is of a newer format: use a newer duto",
			folder_path, number);
	else if (r && r != -ENOENT && r != -ESTALE)
		die_config("%s: checkpoint %" PRIu64 ": %s", folder_path, number, strerror(-r));
	else if (!r && !take_state(buffer_str(&state)))
		die_config("%s: checkpoint %" PRIu64 " is not what this filter saved", folder_path,
			number);
}

static bool reads_a_keep(void)
{
	for (int i = 0; i < loop_input_count; i++)
		if (loop_inputs[i]->keep)
			return true;
	return false;
}

bool position_resume(void)
{
	struct sample s;
	if (known)
		return true;
	if (is_asking())
		return false;
	const struct link *reader = reader_of_positions();
	wanted = filter.sample && (reader || filter.commits);
	if (reader) {
		last.len = 0;
		buffer_add_str(&last, buffer_str(&reader->position));
	}
	known = true;
	if (wanted && decode_last(&s)) {
		number = number_of(&s);
		go_on_in_keeps(&s);
	}
	tell_writers();
	put_here = wanted && reads_a_keep();
	if (wanted) {
		find_folder(reader);
		load_state();
	}
	put.time = clock_monotonic();
	return true;
}

bool position_is_put_here(void)
{
	return put_here;
}

bool position_holds_state(void)
{
	return put_here || came;
}

void position_end_filter(void)
{
	if (filter.end && !ended) {
		ended = true;
		filter.end();
	}
}

static void save_state(void)
{
	struct buffer own = { 0 };
	if (!filter.save && !emit_made_any())
		return;
	open_folder();
	if (filter.save)
		filter.save(&own);
	state.len = 0;
	wire_array(&state, STATE_ITEMS);
	emit_save(&state);
	gap_save(&state);
	wire_bin(&state, buffer_str(&own));
	wire_uint(&state, filter.state_version);
	buffer_free(&own);
	int r = checkpoint_save(folder, number, owner, buffer_str(&state));
	if (r)
		die_system("%s: %s", folder_path, strerror(-r));
	/* The one before was settled, or this one would not be here; of those two the reader has one. */
	checkpoint_forget(folder, number - 1, number);
}

static bool says_end(const struct sample *s)
{
	struct field field = { .name = STR("end") };
	struct wire w;
	return sample_find(s, &field, &w) && w.type == WIRE_BOOL && w.b;
}

void position_handle(struct sample *s)
{
	if (!wanted)
		return;
	came = true;
	if (says_end(s) && !filter.commits) {
		gap_end();
		position_end_filter();
	}
	number = number_of(s);
	save_state();
	emit_position_sample((struct str){ (char *)s->data, s->len });
	if (filter.commits)
		filter.sample(s);
}

static void write_position(struct buffer *to, bool over)
{
	struct sample_writer w = { 0 };
	uint32_t keeps = 0;
	for (int i = 0; i < loop_input_count; i++)
		keeps += loop_inputs[i]->keep != NULL;
	sample_begin(&w, to, atomic_load(&stat_page->newest), str(stage_name()), 1, number + 1,
		STR("position"));
	sample_add_unsigned(&w, STR("number"), number + 1);
	sample_add_name(&w, STR("inputs"));
	wire_map(to, keeps);
	for (int i = 0; i < loop_input_count; i++) {
		if (!loop_inputs[i]->keep)
			continue;
		wire_str(to, str(loop_inputs[i]->keep));
		wire_uint(to, loop_inputs[i]->number);
	}
	if (over)
		sample_add_bool(&w, STR("end"), true);
	sample_end(&w);
	buffer_free(&w.quality);
	buffer_free(&w.via);
}

static void put_position(bool over)
{
	static struct buffer bytes;
	static struct sample s;
	bytes.len = 0;
	write_position(&bytes, over);
	sample_decode(&s, bytes.data, bytes.len);
	put.bytes = stat_page->in_bytes;
	put.time = clock_monotonic();
	put.settled = false;
	given = true;
	intake_handle(&s);
	put.samples = handled();
	put.at = intake_made();
	intake_position();
}

/* Notes when the last position has arrived for good. */
static bool is_settled(void)
{
	if (!put.settled && intake_settled() >= put.at) {
		put.settled = true;
		put.took = clock_monotonic() - put.time;
	}
	return put.settled;
}

static bool has_news(void)
{
	return !given || handled() != put.samples;
}

void position_offer(bool dry)
{
	if (!put_here || !is_settled() || !has_news())
		return;
	int64_t since = clock_monotonic() - put.time;
	bool due = since >= EVERY || stat_page->in_bytes - put.bytes >= EVERY_BYTES ||
		   (dry && since >= EVERY_DRY);
	if (!given || (due && since >= PAUSE * put.took))
		put_position(false);
}

int64_t position_due(void)
{
	if (!put_here || !is_settled() || !has_news())
		return 0;
	int64_t pause = PAUSE * put.took;
	return put.time + (pause > EVERY_DRY ? pause : EVERY_DRY);
}

bool position_close(bool over)
{
	static bool closed;
	if (!put_here || closed)
		return true;
	if (!is_settled())
		return false;
	if (over || has_news())
		put_position(over);
	closed = true;
	return true;
}
