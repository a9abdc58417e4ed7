/* Links: how samples get from one stage to the next.
 *
 *     -                          standard input or output: a pipe or a file
 *     file:PATH                  a file
 *     push:ENDPOINT, pull:ENDPOINT   an edge: ZeroMQ PUSH (binds) and PULL; acknowledged, nothing
 *                                is lost
 *     pub:ENDPOINT, sub:ENDPOINT[#path]   a tap: ZeroMQ XPUB (binds) and SUB; loses rather than wait,
 *                                and counts it
 *     keep:DIR[?for=30d,max=10G,when-full=drop-oldest,commit=50ms,segment=64M]   out: a durable log
 *     keep:DIR[#CURSOR]          in: that log, from the cursor on, following its writer
 *
 * Endpoints are ipc://PATH and tcp://HOST:PORT. All bytes of a link, in messages or not, are
 * samples one after another. No call here blocks: the caller waits for what `waits` names, then
 * calls link_service. */
#ifndef DUTO_LINK_H
#define DUTO_LINK_H

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

enum {
	LINK_BATCH = 64 << 10, /* bytes at which a batch is closed; past 64 KiB nothing is gained */
	LINK_WINDOW = 32,      /* batches sent on an edge and not yet acknowledged, at most */
	LINK_WAITS = 4,
};

/* What goes out at once; shared by all links that it goes to. Numbers go up by one from 1. */
struct batch {
	struct buffer bytes;
	uint64_t number;
	bool position; /* holds a position sample, and nothing else */
	atomic_int refs;
};

/* A batch that nobody holds any more, empty again, or a new one. The main thread's; the others are
 * any thread's. */
struct batch *batch_new(void);

static inline void batch_ref(struct batch *b)
{
	atomic_fetch_add(&b->refs, 1);
}

static inline void batch_unref(struct batch *b)
{
	atomic_fetch_sub(&b->refs, 1);
}

enum link_direction { LINK_IN, LINK_OUT };

/* Whether the reader of a link wants positions (lib/filter/position.h). */
enum link_positions { LINK_NO_POSITIONS, LINK_ASKING, LINK_POSITIONS };

/* Keys for tcp beyond this machine: CURVE (rfc.zeromq.org/spec/26). */
struct link_security {
	const char *key_file;  /* this side's secret key, made by `duto keygen`; NULL: none */
	const char *peer_file; /* public keys, one a line: of the server, where this side connects;
				  of who may connect, where it binds */
	bool insecure;	       /* plain tcp beyond loopback is meant */
	bool follow;	       /* file: goes on at the end of the file, as it grows */
	bool lines;	       /* file: what is written is lines: a torn one there is ended first */
};

struct link {
	const struct link_driver *driver;
	const char *name; /* as given */
	struct pollfd waits[LINK_WAITS];
	int wait_count;
	int64_t deadline;  /* monotonic ns: link_service wants to be called by then; 0: no need */
	bool acknowledged; /* in: what is not settled comes again to whoever reads next */
	bool ended;	   /* in: the stream's end was read */
	bool connected; /* in: a writer is there, or may have left something unread; never of a tap */
	uint64_t given;	  /* out: the last batch that goes to it */
	uint64_t settled; /* out: the last batch passed on for good */
	uint64_t lost;	  /* in: messages of a tap that did not arrive, samples that left a keep */
	bool stuck;	  /* out: takes nothing for now; notice has said why */
	char *notice;	  /* lines that a person should read; who prints them frees them */

	enum link_positions positions; /* out: LINK_ASKING until the reader has said so */
	struct buffer position;	       /* out: the last position sample that the reader has */
	const char *keep;	       /* in: the id of the keep; NULL: the link is none */
	uint64_t number;	       /* in, keeps: of the last sample read */
};

/* What was read: bytes valid until link_used. */
struct link_input {
	uint8_t *data;
	size_t len;
	uint64_t number; /* of the message, for link_settle; 0: not acknowledged */
	uint64_t first;	 /* of a keep: its first sample's number; the others count up from it */
	bool last;	 /* nothing follows in this stream */
	bool whole;	 /* a message: samples do not go over its edge */
};

struct link_driver {
	const char *prefix; /* "pull:" */
	int (*open)(struct link **ret, const char *address, const struct link_security *security,
		char **ret_error);
	int (*read)(struct link *l, struct link_input *ret);
	uint64_t (*used)(struct link *l, size_t bytes);
	void (*settle)(struct link *l, uint64_t number);
	int (*write)(struct link *l, struct batch *b);
	int (*finish)(struct link *l, bool end);
	int (*service)(struct link *l);
	void (*close)(struct link *l);
	int (*seek)(struct link *l, struct str keep, uint64_t number);
	int (*tell)(struct link *l, bool positions, struct str position);
};

/* Opens the link of that name. -EINVAL where the name, a key or an endpoint is not well formed,
 * -EBUSY where another process holds the endpoint, other errors as the system gives them; each with
 * a message. */
int link_open(struct link **ret, const char *name, enum link_direction direction,
	const struct link_security *security, char **ret_error);

/* In: 1 with bytes or the end, 0: nothing for now, -errno. */
int link_read(struct link *l, struct link_input *ret);
/* In: so many of the bytes read are dealt with; of a stream the others come again with more behind
 * them. Returns the number for link_settle of a stream that is acknowledged, else 0. */
uint64_t link_used(struct link *l, size_t bytes);
/* In: all that came up to this number is passed on for good: tells the writer. */
void link_settle(struct link *l, uint64_t number);

/* In, keeps: goes on behind the sample that has that number in the keep of that id. -ENOENT: it is
 * of another. */
int link_seek(struct link *l, struct str keep, uint64_t number);
/* In: tells the writer, where it can be told, whether positions are wanted here, and the last that
 * arrived for good. To be called before the first link_read. */
int link_tell(struct link *l, bool positions, struct str position);

/* Out: takes a batch (and a reference to it); -EAGAIN: no room, try after the next service. */
int link_write(struct link *l, struct batch *b);
/* Out: 1 when all is settled and, where end is set, the reader knows that the stream ended; 0: not
 * yet. */
int link_finish(struct link *l, bool end);

/* Takes in what came, sends what is due. To be called before waiting, and after. */
int link_service(struct link *l);
void link_close(struct link *l);

/* For drivers: adds a line to the notice, and frees it. */
void link_note(struct link *l, char *line);

#endif
