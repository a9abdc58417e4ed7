#include "historian/thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocate.h"
#include "queue.h"
#include "retry.h"

enum { NEWS_BYTES = 1 << 20 };

struct historian_thread {
	const struct postgres_login *login;
	const char *stage;
	struct queue *batches, *news;

	/* The thread's own. */
	struct historian_store *store;
	struct retry retry;
	char *problem; /* the last one told, until it is over */
	struct buffer message;
};

/* What begins a message of both queues; behind it come two texts of these lengths. */
struct parcel {
	enum historian_news news;
	const char *reason;
	struct historian_result result;
	size_t first, second;
};

static void put(
	struct queue *q, struct buffer *room, struct parcel p, struct str first, struct str second)
{
	p.first = first.len;
	p.second = second.len;
	room->len = 0;
	buffer_add(room, &p, sizeof(p));
	buffer_add_str(room, first);
	buffer_add_str(room, second);
	queue_put(q, room->data, room->len);
}

static bool take(struct queue *q, struct parcel *ret, struct str *ret_first, struct str *ret_second)
{
	struct str message;
	if (!queue_take(q, &message))
		return false;
	memcpy(ret, message.data, sizeof(*ret));
	*ret_first = (struct str){ message.data + sizeof(*ret), ret->first };
	*ret_second = (struct str){ ret_first->data + ret->first, ret->second };
	return true;
}

static void tell(struct historian_thread *t, struct parcel parcel, struct str text)
{
	put(t->news, &t->message, parcel, text, STR(""));
}

static void refuse(void *context, const char *reason, const struct sample *s, struct str field)
{
	struct historian_thread *t = context;
	struct buffer what = { 0 };
	buffer_print(&what, "%.*s: %.*s", STR_ARG(s->source), STR_ARG(field));
	tell(t, (struct parcel){ .news = HISTORIAN_REFUSED, .reason = reason }, buffer_str(&what));
	buffer_free(&what);
}

/* Numbers of files and rows differ from one attempt to the next. */
static bool same_but_digits(const char *a, const char *b)
{
	static const char digits[] = "0123456789";
	for (; *a && *b; a++, b++) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
	return *a == *b;
}

/* Takes the problem over; waits before the next attempt. */
static void failed(struct historian_thread *t, char *problem)
{
	historian_store_close(t->store);
	t->store = NULL;
	if (!t->problem || !same_but_digits(t->problem, problem))
		tell(t, (struct parcel){ .news = HISTORIAN_AWAY }, str(problem));
	free(t->problem);
	t->problem = problem;
	retry_failed(&t->retry);
	int64_t wait = t->retry.at - clock_monotonic();
	if (wait > 0)
		poll(NULL, 0, (int)(wait / MILLISECONDS) + 1);
}

static void succeeded(struct historian_thread *t)
{
	if (t->problem)
		tell(t, (struct parcel){ .news = HISTORIAN_BACK }, STR(""));
	free(t->problem);
	t->problem = NULL;
	retry_succeeded(&t->retry);
}

static void connect_at_last(struct historian_thread *t)
{
	char *problem;
	while (!t->store && historian_store_open(t->login, &t->store, &problem) < 0)
		failed(t, problem);
}

static void read_position(struct historian_thread *t)
{
	struct buffer position = { 0 };
	char *problem;
	for (;;) {
		connect_at_last(t);
		position.len = 0;
		if (historian_store_position(t->store, t->stage, &position, &problem) == 0)
			break;
		failed(t, problem);
	}
	succeeded(t);
	tell(t, (struct parcel){ .news = HISTORIAN_CONNECTED }, buffer_str(&position));
	buffer_free(&position);
}

/* 0: committed, and added to the total. -EBADMSG with a message: the database refuses a sample. */
static int try(struct historian_thread *t, struct str samples, struct str position,
	struct historian_result *total, char **ret_problem)
{
	struct historian_result result;
	for (;;) {
		connect_at_last(t);
		int r = historian_store_batch(
			t->store, samples, t->stage, position, refuse, t, &result, ret_problem);
		if (r == 0)
			break;
		if (r == -EAGAIN || (r == -EBADMSG && !samples.len)) {
			failed(t, *ret_problem);
			continue;
		}
		historian_store_close(t->store);
		t->store = NULL;
		if (r == -EBADMSG)
			return r;
	}
	total->rows += result.rows;
	total->staged += result.staged;
	total->revised += result.revised;
	total->older += result.older;
	return 0;
}

/* Where the sample begins that lies across the middle, but the first; 0: there is one alone. */
static size_t middle_of(struct str samples)
{
	struct sample s;
	size_t at = 0, next = 0;
	while (next <= samples.len / 2) {
		at = next;
		next += (size_t)sample_decode(&s, (uint8_t *)samples.data + at, samples.len - at);
	}
	return at ? at : next < samples.len ? next : 0;
}

static void refuse_sample(struct historian_thread *t, struct str sample, const char *problem)
{
	struct sample s;
	struct buffer what = { 0 };
	sample_decode(&s, (uint8_t *)sample.data, sample.len);
	buffer_print(&what, "%.*s: %s", STR_ARG(s.source), problem);
	tell(t, (struct parcel){ .news = HISTORIAN_REFUSED, .reason = "the database refuses it" },
		buffer_str(&what));
	buffer_free(&what);
}

/* What holds a sample that the database refuses is halved until that one is found; the position is
 * stored with the last of it. */
static void store(struct historian_thread *t, struct str samples, struct str position,
	struct historian_result *total)
{
	char *problem;
	if (try(t, samples, position, total, &problem) == 0)
		return;
	size_t middle = middle_of(samples);
	if (middle) {
		store(t, (struct str){ samples.data, middle }, STR(""), total);
		store(t, (struct str){ samples.data + middle, samples.len - middle }, position,
			total);
	} else {
		refuse_sample(t, samples, problem);
		store(t, STR(""), position, total);
	}
	free(problem);
}

static void store_and_tell(struct historian_thread *t, struct str samples, struct str position)
{
	struct parcel done = { .news = HISTORIAN_COMMITTED };
	store(t, samples, position, &done.result);
	succeeded(t);
	tell(t, done, STR(""));
}

static void *run(void *context)
{
	struct historian_thread *t = context;
	struct pollfd wait = { .fd = queue_fd(t->batches), .events = POLLIN };
	struct parcel parcel;
	struct str samples, position;
	read_position(t);
	for (;;) {
		if (take(t->batches, &parcel, &samples, &position)) {
			store_and_tell(t, samples, position);
			continue;
		}
		poll(&wait, 1, -1);
		queue_acknowledge(t->batches);
	}
	return NULL;
}

/* Signals are for the main thread. */
static int start_thread(struct historian_thread *t)
{
	sigset_t all, before;
	pthread_t thread;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int r = pthread_create(&thread, NULL, run, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!r)
		pthread_detach(thread);
	return -r;
}

int historian_thread_start(
	const struct postgres_login *login, const char *stage, struct historian_thread **ret)
{
	struct historian_thread *t = allocate(1, sizeof(*t));
	t->login = login;
	t->stage = stage;
	int r = queue_open(1, &t->batches);
	if (r == 0)
		r = queue_open(NEWS_BYTES, &t->news);
	if (r == 0)
		r = start_thread(t);
	if (r == 0)
		*ret = t;
	return r;
}

void historian_thread_store(struct historian_thread *t, struct str samples, struct str position)
{
	static struct buffer room;
	put(t->batches, &room, (struct parcel){ 0 }, samples, position);
}

int historian_thread_fd(const struct historian_thread *t)
{
	return queue_fd(t->news);
}

void historian_thread_acknowledge(struct historian_thread *t)
{
	queue_acknowledge(t->news);
}

bool historian_thread_take(struct historian_thread *t, struct historian_message *ret)
{
	struct parcel parcel;
	struct str rest;
	if (!take(t->news, &parcel, &ret->text, &rest))
		return false;
	ret->reason = parcel.reason;
	ret->news = parcel.news;
	ret->result = parcel.result;
	return true;
}
