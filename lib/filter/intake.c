#include "intake.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "filter.h"
#include "gap.h"
#include "loop.h"
#include "position.h"
#include "stat.h"

enum { PENDING = 4096 };
#define OPEN UINT64_MAX /* settled with the next position, not before */

static const struct sample *current;
static struct buffer room;
static uint64_t offset, count, stored;
static int reading = -1; /* the input at hand */
static bool held;

/* Messages read, in order, whose samples are not yet passed on for good. */
static struct {
	int input;
	uint64_t number, position;
} pending[PENDING];
static unsigned pending_first, pending_count;

/* The message with which the last input ended: settled after what filter.end() makes of it. */
static struct {
	int input;
	uint64_t number;
} final;

const struct sample *loop_current(void)
{
	return current;
}

const char *input_name(void)
{
	if (reading < 0 || strcmp(loop_inputs[reading]->name, "-") == 0)
		return "standard input";
	const char *name = loop_inputs[reading]->name;
	return strncmp(name, "file:", 5) == 0 ? name + 5 : name;
}

uint64_t input_offset(void)
{
	return offset;
}

uint64_t handled(void)
{
	return count;
}

void committed(uint64_t number)
{
	stored = number;
}

void hold_inputs(bool hold)
{
	held = hold;
}

bool intake_held(void)
{
	return held;
}

uint64_t intake_made(void)
{
	return filter.commits ? count : emit_position();
}

uint64_t intake_settled(void)
{
	return filter.commits ? stored : emit_settled();
}

bool intake_is_pending(void)
{
	return pending_count > 0;
}

void intake_settle(void)
{
	uint64_t settled = pending_count ? intake_settled() : 0;
	while (pending_count && pending[pending_first].position <= settled) {
		link_settle(
			loop_inputs[pending[pending_first].input], pending[pending_first].number);
		pending_first = (pending_first + 1) % PENDING;
		pending_count--;
	}
}

void intake_position(void)
{
	for (unsigned i = pending_count; i-- > 0;) {
		unsigned at = (pending_first + i) % PENDING;
		if (pending[at].position != OPEN)
			break;
		pending[at].position = intake_made();
	}
}

static void input_failed(const struct link *l, int error)
{
	if (error == -EBUSY)
		die_system("%s: another reader took this edge over", l->name);
	if (l->notice)
		die_system("%s", l->notice);
	die_system("%s: %s", input_name(), strerror(-error));
}

bool intake_handle(struct sample *s)
{
	bool is_position = sample_is_position(s);
	count++;
	current = is_position ? NULL : s;
	if (is_position) {
		position_handle(s);
	} else {
		atomic_store_explicit(&stat_page->newest, s->time, memory_order_relaxed);
		filter.sample(s);
		gap_handled();
	}
	current = NULL;
	return is_position;
}

/* Decodes the next sample of what was read. Returns its length: 0 where there is no whole one.
 * *ret_good: it has a sample's shape. */
static size_t decode(
	struct sample *s, const struct link_input *in, size_t at, uint64_t start, bool *ret_good)
{
	int len = sample_decode(s, in->data + at, in->len - at);
	if (len == -EBADMSG)
		die_system("%s: offset %" PRIu64 ": expected a sample, found other bytes",
			input_name(), start + at);
	*ret_good = len != -EPROTO;
	return *ret_good ? (size_t)len : s->len;
}

static void check_rest(const struct link_input *in, size_t at)
{
	if (at < in->len && (in->whole || in->last))
		die_system("%s: offset %" PRIu64 ": the last sample is cut off", input_name(),
			offset + at);
}

static uint64_t offsets[LOOP_LINKS];

static void remember(int input, uint64_t number)
{
	if (!number)
		return;
	unsigned last = (pending_first + pending_count - 1) % PENDING;
	uint64_t position = position_is_put_here() ? OPEN : intake_made();
	bool joins = pending_count && pending[last].input == input &&
		     (pending_count == PENDING || pending[last].position == position);
	if (pending_count == PENDING && !joins)
		die_system("more than %d messages in hand", PENDING);
	unsigned i = joins ? last : (pending_first + pending_count++) % PENDING;
	pending[i].input = input;
	pending[i].number = number;
	pending[i].position = position;
}

/* A position is settled by itself, not with what was read behind it. */
static void remember_position(const struct link_input *in, size_t end)
{
	if (!in->whole && loop_inputs[reading]->acknowledged)
		remember(reading, offsets[reading] + end);
}

static void drop_other_map(size_t at)
{
	drop("not of a sample's shape", "%s: offset %" PRIu64 ": a map that is not a sample",
		input_name(), offset + at);
}

/* Hands the samples of what was read to the filter; returns how many bytes they were. */
static size_t read_samples(const struct link_input *in)
{
	static struct sample s = { .room = &room };
	size_t at = 0, len;
	bool good;
	while (at < in->len && (len = decode(&s, in, at, offset, &good)) != 0) {
		stat_page->in++;
		if (good && intake_handle(&s))
			remember_position(in, at + len);
		if (!good)
			drop_other_map(at);
		at += len;
	}
	check_rest(in, at);
	return at;
}

bool intake_ended(void)
{
	for (int i = 0; i < loop_input_count; i++)
		if (!loop_inputs[i]->ended)
			return false;
	return loop_input_count > 0;
}

void intake_finish(void)
{
	remember(final.input, final.number);
	final.number = 0;
}

static void used(int i, const struct link_input *in, size_t bytes)
{
	static uint64_t lost[LOOP_LINKS];
	struct link *l = loop_inputs[i];
	offsets[i] += bytes;
	stat_page->in_bytes += bytes;
	stat_page->lost += l->lost - lost[i];
	lost[i] = l->lost;
	uint64_t passed = link_used(l, bytes), number = in->whole ? in->number : passed;
	if (in->last && intake_ended()) {
		final.input = i;
		final.number = number;
	} else {
		remember(i, number);
	}
}

/* What was read of an input; false: nothing for now. */
static bool fetch(int i, struct link_input *in)
{
	reading = i;
	offset = offsets[i];
	int r = link_read(loop_inputs[i], in);
	if (r < 0)
		input_failed(loop_inputs[i], r);
	return r > 0;
}

static bool read_input(int i)
{
	struct link_input in;
	if (!fetch(i, &in))
		return false;
	used(i, &in,
		filter.bytes ? filter.bytes((char *)in.data, in.len, in.last) : read_samples(&in));
	return true;
}

/* Files of text are read one after another, samples from all inputs in turn. */
static bool read_in_turn(void)
{
	bool any = false;
	for (int i = 0; i < loop_input_count && !held; i++) {
		if (loop_inputs[i]->ended)
			continue;
		any |= read_input(i);
		if (filter.bytes)
			break;
	}
	return any;
}

/* Merging: what each input has at hand, and its next sample. */
static struct merged {
	struct link_input in;
	bool fetched, ready; /* ready: next is the sample at `at`, of len bytes */
	size_t at, len;
	struct sample next;
	struct buffer room;
} merged[LOOP_LINKS];

/* The sample at hand is dealt with. A position may be put behind it, in the midst of a block. */
static void pass(int i)
{
	struct merged *m = &merged[i];
	stat_page->in++;
	m->at += m->len;
	m->ready = false;
	loop_inputs[i]->number++;
}

static bool fetch_merged(int i)
{
	struct merged *m = &merged[i];
	m->fetched = !loop_inputs[i]->ended && fetch(i, &m->in);
	if (m->fetched && m->in.first)
		loop_inputs[i]->number = m->in.first - 1;
	return m->fetched;
}

/* Decodes the input's next sample; false where it has none for now. */
static bool prepare(int i)
{
	struct merged *m = &merged[i];
	bool good;
	while (!m->ready) {
		if (!m->fetched && !fetch_merged(i))
			return false;
		m->next.room = &m->room;
		reading = i;
		offset = offsets[i];
		m->len = m->at < m->in.len ? decode(&m->next, &m->in, m->at, offset, &good) : 0;
		m->ready = m->len != 0 && good;
		if (m->len && !good) {
			drop_other_map(m->at);
			pass(i);
		}
		if (m->len)
			continue;
		check_rest(&m->in, m->at);
		used(i, &m->in, m->at);
		m->fetched = false;
		m->at = 0;
	}
	return true;
}

static int compare(const struct sample *a, const struct sample *b)
{
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	int r = str_cmp(a->source, b->source);
	if (r)
		return r;
	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* The earliest of all inputs; none while one of them has yet to say what it has. */
static bool read_merged(void)
{
	int first = -1;
	for (int i = 0; i < loop_input_count; i++) {
		if (!prepare(i)) {
			if (!loop_inputs[i]->ended)
				return false;
			continue;
		}
		if (first < 0 || compare(&merged[i].next, &merged[first].next) < 0)
			first = i;
	}
	if (first < 0)
		return false;
	struct merged *m = &merged[first];
	reading = first;
	offset = offsets[first];
	intake_handle(&m->next);
	pass(first);
	return true;
}

bool intake_read(bool merge)
{
	if (held || pending_count > PENDING - 2 * LOOP_LINKS)
		return false;
	if (!merge)
		return read_in_turn();
	bool any = false;
	for (int i = 0; i < 256 && !held && read_merged(); i++)
		any = true;
	return any;
}
