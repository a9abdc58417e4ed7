/* Stores samples in PostgreSQL, each exactly once. A thread does the storing
 * (lib/historian/thread.h); here samples become batches, and batches settle the input. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter.h"
#include "historian/thread.h"
#include "text.h"

enum {
	BATCH_ROWS = 10000,
	BATCH_BYTES = 8 << 20,
};
#define BATCH_TIME SECONDS

static struct postgres_login login;

static const struct opt options[] = {
	{ "database", OPT_TEXT, &login.url, "URL",
		"postgresql://ROLE@HOST:PORT/DATABASE, without a password", .positional = true,
		.required = true, .incidental = true },
	{ "password-file", OPT_FILE, &login.password_file, "FILE",
		"the role's password, else $CREDENTIALS_DIRECTORY/" POSTGRES_CREDENTIAL,
		.incidental = true },
	{ "insecure", OPT_FLAG, &login.insecure,
		.help = "allow a server beyond this machine without encryption",
		.incidental = true },
	OPT_END,
};

static struct historian_thread *thread;
static struct buffer batch, position; /* what fills while the thread stores the one before */
static uint64_t batch_rows;
static uint64_t storing; /* handled() at the end of what the thread stores */
static bool connected, is_storing, is_due, held, ended;

static struct historian_result total;

static void store_batch(void);

static bool is_full(void)
{
	return batch_rows >= BATCH_ROWS || batch.len >= BATCH_BYTES;
}

static void on_due(void)
{
	is_due = true;
	store_batch();
}

/* Gives what there is to the thread, if that is free and it is time. */
static void store_batch(void)
{
	bool any = batch.len || position.len;
	if (connected && !is_storing && any && (is_full() || is_due || ended)) {
		storing = handled();
		is_storing = true;
		historian_thread_store(thread, buffer_str(&batch), buffer_str(&position));
		batch.len = position.len = 0;
		batch_rows = 0;
		is_due = false;
		wake_at(0, on_due);
	}
	if (held != is_full())
		hold_inputs(held = is_full());
}

static void take_position(struct str stored)
{
	connected = true;
	resume_from(stored);
	status_line("connected");
	store_batch();
}

static void take_result(const struct historian_result *r)
{
	total.rows += r->rows;
	total.staged += r->staged;
	total.revised += r->revised;
	total.older += r->older;
	status_line("%" PRIu64 " rows stored, %" PRIu64 " samples late or repeated, %" PRIu64
		    " values revised",
		total.rows, total.staged, total.revised);
	is_storing = false;
	committed(storing);
	store_batch();
}

static void take_message(const struct historian_message *m)
{
	switch (m->news) {
	case HISTORIAN_CONNECTED:
		take_position(m->text);
		break;
	case HISTORIAN_COMMITTED:
		take_result(&m->result);
		break;
	case HISTORIAN_AWAY:
		warning("cannot store: %.*s; tried again until it works", STR_ARG(m->text));
		status_line("cannot store: %.*s", STR_ARG(m->text));
		break;
	case HISTORIAN_BACK:
		notice("stores again");
		break;
	case HISTORIAN_REFUSED:
		drop(m->reason, "%.*s", STR_ARG(m->text));
		break;
	}
}

static void on_news(int fd)
{
	struct historian_message m;
	(void)fd;
	historian_thread_acknowledge(thread);
	while (historian_thread_take(thread, &m))
		take_message(&m);
}

/* Several pipelines may have a stage of that name, and one database. */
static const char *position_name(void)
{
	const char *pipeline = getenv("DUTO_PIPELINE");
	return pipeline ? text_print("%s/%s", pipeline, stage_name()) : stage_name();
}

/* The thread is not waited for, as the server may never answer: where it may be logging in,
 * libraries are not taken down under it. */
static void leave(int status, void *context)
{
	(void)context;
	if (connected && !is_storing)
		return;
	fflush(NULL);
	_exit(status);
}

static void start(void)
{
	char *error;
	if (postgres_check(&login, &error) < 0)
		die_config("%s", error);
	if (checking())
		return;
	int r = historian_thread_start(&login, position_name(), &thread);
	if (r < 0)
		die_system("no thread: %s", strerror(-r));
	on_exit(leave, NULL);
	watch(historian_thread_fd(thread), on_news);
	status_line("connecting");
}

static void on_sample(struct sample *s)
{
	if (!batch.len && !position.len)
		wake_at(clock_monotonic() + BATCH_TIME, on_due);
	if (str_eq(s->kind, STR("position"))) {
		position.len = 0;
		buffer_add(&position, s->data, s->len);
	} else {
		buffer_add(&batch, s->data, s->len);
		batch_rows += sample_is_measurement(s) ? s->values.count : 1;
	}
	if (is_full())
		store_batch();
}

static void end(void)
{
	ended = true;
	store_batch();
	if (!is_storing && !batch.len && !position.len)
		committed(handled());
}

const struct filter filter = {
	.summary = "store samples in PostgreSQL, each exactly once",
	.details =
		"Makes and migrates the schema `duto` of the database (schemas/historian.md): values "
		"of measurements by type, events, bills and insights in tables of their own, cut into "
		"months, and views for people and programs to read.\n\n"
		"About 10,000 rows, or a second, are a transaction, and with them how far the input "
		"is stored, so that nothing is lost and nothing comes twice, whatever is killed when. "
		"What lies where something of its source is stored already (late, repeated, revised) "
		"takes the place of what it repeats or revises.\n\n"
		"While the database is away, or refuses the login, nothing is read; it is tried again "
		"until it works. The password comes from a file, never from the URL; beyond this "
		"machine the connection is encrypted.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.no_output = true,
	.acts = true,
	.commits = true,
	.reach = REACH_ADDRESS,
};
