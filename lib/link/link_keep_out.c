/* Links to keeps: keep:DIR?for=30d. The disk is slow: a thread syncs what was appended while the
 * filter makes more, another seals and removes old segments. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "allocate.h"
#include "clock.h"
#include "keep/keep.h"
#include "link.h"
#include "opt.h"
#include "text.h"

enum { AHEAD = 4 * KEEP_UNSYNCED_MAX };
#define TRY_AGAIN     SECONDS
#define TIDY_EVERY    (10 * SECONDS)
#define LEAVES_WITHIN (2 * SECONDS)

struct out {
	struct link link;
	struct keep_writer *keep;
	char *path;
	int64_t commit_after, commit_at, try_at;
	bool positioned;	     /* only positions let readers go on, and settle */
	bool closing;		     /* no more is put off */
	int64_t refused_at;	     /* when an append first found no room */
	int write_error, sync_error; /* why the disk takes nothing for now; 0: it does */
	int told;		     /* which of them was told of */
	uint64_t appended, synced;   /* batches */
	uint64_t settles, settling;  /* what the newest position, and the sync under way, settle */
	uint64_t syncing;
	pthread_t committer, keeper;
	pthread_mutex_t mutex;
	pthread_cond_t work, rest;
	/* under mutex: a sync is asked for or under way; one has ended, as result says; old segments
	 * have left */
	bool busy, stop, ended, room;
	int result;
	int done; /* eventfd: a thread has something to say */
};

static struct out *out(struct link *l)
{
	return (struct out *)l;
}

static void wake(struct out *o, bool *what)
{
	uint64_t one = 1;
	*what = true;
	(void)!write(o->done, &one, sizeof(one));
}

static void *commit(void *data)
{
	struct out *o = data;
	pthread_mutex_lock(&o->mutex);
	for (;;) {
		while (!o->busy && !o->stop)
			pthread_cond_wait(&o->work, &o->mutex);
		if (!o->busy)
			break;
		pthread_mutex_unlock(&o->mutex);
		int r = keep_commit(o->keep);
		pthread_mutex_lock(&o->mutex);
		o->result = r;
		o->busy = false;
		wake(o, &o->ended);
	}
	pthread_mutex_unlock(&o->mutex);
	return NULL;
}

static void *tidy(void *data)
{
	struct out *o = data;
	pthread_mutex_lock(&o->mutex);
	while (!o->stop) {
		pthread_mutex_unlock(&o->mutex);
		int r = keep_tidy(o->keep, clock_wall());
		pthread_mutex_lock(&o->mutex);
		if (r == 1)
			wake(o, &o->room);
		int64_t until = clock_monotonic() + TIDY_EVERY;
		struct timespec at = { until / SECONDS, until % SECONDS };
		if (r != 1 && !o->stop)
			pthread_cond_timedwait(&o->rest, &o->mutex, &at);
	}
	pthread_mutex_unlock(&o->mutex);
	return NULL;
}

struct wish {
	const char *name;
	int (*take)(struct str value, struct out *o, struct keep_limits *limits);
};

static int take_age(struct str value, struct out *o, struct keep_limits *limits)
{
	(void)o;
	return opt_duration(value, &limits->age);
}

static int take_size(struct str value, struct out *o, struct keep_limits *limits)
{
	(void)o;
	return opt_size(value, (int64_t *)&limits->size);
}

static int take_segment(struct str value, struct out *o, struct keep_limits *limits)
{
	(void)o;
	return opt_size(value, (int64_t *)&limits->segment);
}

static int take_commit(struct str value, struct out *o, struct keep_limits *limits)
{
	(void)limits;
	return opt_duration(value, &o->commit_after);
}

static int take_full(struct str value, struct out *o, struct keep_limits *limits)
{
	(void)o;
	limits->drop_oldest = str_eq(value, STR("drop-oldest"));
	return limits->drop_oldest || str_eq(value, STR("block")) ? 0 : -EINVAL;
}

static const struct wish wishes[] = { { "for", take_age }, { "max", take_size },
	{ "segment", take_segment }, { "commit", take_commit }, { "when-full", take_full } };

static int take_wish(struct str text, struct out *o, struct keep_limits *limits)
{
	const char *equals = memchr(text.data, '=', text.len);
	size_t name = equals ? (size_t)(equals - text.data) : text.len;
	struct str value = { text.data + name + 1, equals ? text.len - name - 1 : 0 };
	for (size_t i = 0; equals && i < sizeof(wishes) / sizeof(*wishes); i++)
		if (str_eq(str(wishes[i].name), (struct str){ text.data, name }))
			return wishes[i].take(value, o, limits);
	return -EINVAL;
}

/* DIR?for=30d,max=10G */
static int parse(const char *address, struct out *o, struct keep_limits *limits, char **ret_error)
{
	size_t len = strcspn(address, "?");
	o->path = text_print("%.*s", (int)len, address);
	const char *at = address[len] ? address + len + 1 : "";
	while (*at) {
		struct str wish = { at, strcspn(at, ",") };
		if (take_wish(wish, o, limits)) {
			*ret_error = text_print(
				"keep:%s: \"%.*s\" is none of for=30d, max=10G, "
				"when-full=block, when-full=drop-oldest, commit=50ms, segment=64M",
				address, STR_ARG(wish));
			return -EINVAL;
		}
		at += wish.len + (at[wish.len] == ',');
	}
	return 0;
}

static void start_threads(struct out *o)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&o->mutex, NULL);
	pthread_cond_init(&o->work, NULL);
	pthread_cond_init(&o->rest, &monotonic);
	if (pthread_create(&o->committer, NULL, commit, o) ||
		pthread_create(&o->keeper, NULL, tidy, o))
		abort();
}

static void free_out(struct out *o)
{
	free(o->path);
	free(o);
}

/* A writer that was killed may still be on its way out. */
static int open_writer(struct out *o, const struct keep_limits *limits,
	struct keep_recovery *ret_found, char **ret_error)
{
	int64_t until = clock_monotonic() + LEAVES_WITHIN;
	for (;;) {
		int r = keep_writer_open(&o->keep, o->path, limits, ret_found, ret_error);
		if (r != -EBUSY || clock_monotonic() >= until)
			return r;
		free(*ret_error);
		poll(NULL, 0, 20);
	}
}

static int open_out(struct link **ret, const char *address, const struct link_security *security,
	char **ret_error)
{
	struct keep_limits limits = { 0 };
	struct keep_recovery found = { 0 };
	struct out *o = allocate(1, sizeof(*o));
	(void)security;
	o->commit_after = 50 * MILLISECONDS;
	int r = parse(address, o, &limits, ret_error);
	if (!r)
		r = open_writer(o, &limits, &found, ret_error);
	if (r) {
		free_out(o);
		return r == -ENOTSUP ? -EINVAL : r;
	}
	o->link.notice = found.message;
	o->link.positions = LINK_POSITIONS;
	keep_writer_position(o->keep, &o->link.position);
	o->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	o->link.waits[0] = (struct pollfd){ .fd = o->done, .events = POLLIN };
	o->link.wait_count = 1;
	start_threads(o);
	*ret = &o->link;
	return 0;
}

/* Says once that the disk takes nothing, and once that it does again. */
static void tell(struct out *o)
{
	int error = o->write_error ? o->write_error : o->sync_error;
	if (error == o->told || o->link.notice)
		return;
	o->told = error;
	o->link.stuck = error != 0;
	o->link.notice =
		!error ? text_print("%s: goes on", o->path)
		: error == -EFBIG
			? text_print(
				  "%s: full, as large as its max: waits for its readers", o->path)
			: text_print("%s: %s: waits, nothing is lost", o->path, strerror(-error));
}

static void ask_for_commit(struct out *o)
{
	o->syncing = o->appended;
	o->settling = o->positioned && !o->closing ? o->settles : o->appended;
	o->commit_at = 0;
	pthread_mutex_lock(&o->mutex);
	o->busy = true;
	pthread_cond_signal(&o->work);
	pthread_mutex_unlock(&o->mutex);
}

static bool is_busy(struct out *o)
{
	pthread_mutex_lock(&o->mutex);
	bool busy = o->busy;
	pthread_mutex_unlock(&o->mutex);
	return busy;
}

static void hear(struct out *o)
{
	uint64_t count;
	if (read(o->done, &count, sizeof(count)) != sizeof(count))
		return;
	pthread_mutex_lock(&o->mutex);
	bool ended = o->ended, room = o->room;
	o->ended = o->room = false;
	pthread_mutex_unlock(&o->mutex);
	if (room)
		o->try_at = 0;
	if (!ended)
		return;
	o->sync_error = o->result;
	if (o->result) {
		o->commit_at = clock_monotonic() + TRY_AGAIN;
		return;
	}
	o->synced = o->syncing;
	if (o->settling > o->link.settled)
		o->link.settled = o->settling;
}

static int service_out(struct link *l)
{
	struct out *o = out(l);
	hear(o);
	tell(o);
	if (o->commit_at && clock_monotonic() >= o->commit_at && !is_busy(o))
		ask_for_commit(o);
	/* A sync under way says when it is done: until then there is nothing to be called for. */
	l->deadline = is_busy(o) ? 0 : o->commit_at;
	if (o->try_at && (!l->deadline || o->try_at < l->deadline))
		l->deadline = o->try_at;
	return 0;
}

static bool is_full(int r)
{
	return r == -ENOSPC || r == -EDQUOT || r == -EFBIG || r == -EIO;
}

/* At its max a keep may have room as soon as its oldest have left or are sealed: then there is nothing
 * to tell of. */
static void wait_for_room(struct out *o, int error)
{
	int64_t now = clock_monotonic();
	o->refused_at = o->refused_at ? o->refused_at : now;
	o->try_at = now + TRY_AGAIN;
	if (error == -EFBIG)
		pthread_cond_signal(&o->rest);
	if (error != -EFBIG || now - o->refused_at >= TRY_AGAIN)
		o->write_error = error;
}

static void be_due(struct out *o, const struct batch *b)
{
	bool now = b->position || keep_unsynced(o->keep) >= KEEP_UNSYNCED_MAX;
	if (now)
		o->commit_at = 1;
	else if (!o->commit_at)
		o->commit_at = clock_monotonic() + o->commit_after;
}

static int write_out(struct link *l, struct batch *b)
{
	struct out *o = out(l);
	service_out(l);
	if (keep_unsynced(o->keep) >= AHEAD || (o->try_at && clock_monotonic() < o->try_at))
		return -EAGAIN;
	int r = keep_append(o->keep, b->bytes.data, b->bytes.len, clock_wall());
	o->try_at = 0;
	if (is_full(r)) {
		wait_for_room(o, r);
		service_out(l);
		return -EAGAIN;
	}
	if (r)
		return r;
	o->refused_at = o->write_error = 0;
	o->appended = b->number;
	o->positioned |= b->position;
	if (b->position)
		o->settles = b->number;
	be_due(o, b);
	return service_out(l);
}

static int finish_out(struct link *l, bool end)
{
	struct out *o = out(l);
	hear(o);
	if (!o->closing && o->synced < o->appended) {
		o->closing = true;
		o->commit_at = 1;
	}
	service_out(l);
	if (o->synced < o->appended || is_busy(o))
		return 0;
	int r = end ? keep_end(o->keep) : 0;
	return r ? r : 1;
}

static void close_out(struct link *l)
{
	struct out *o = out(l);
	pthread_mutex_lock(&o->mutex);
	o->stop = true;
	pthread_cond_signal(&o->work);
	pthread_cond_signal(&o->rest);
	pthread_mutex_unlock(&o->mutex);
	pthread_join(o->committer, NULL);
	pthread_join(o->keeper, NULL);
	keep_writer_close(o->keep);
	close(o->done);
	free_out(o);
}

const struct link_driver link_keep_out = { .prefix = "keep:",
	.open = open_out,
	.write = write_out,
	.finish = finish_out,
	.service = service_out,
	.close = close_out };
