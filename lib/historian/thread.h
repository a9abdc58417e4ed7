/* The historian's thread: it waits for the database so that the loop never does. It takes one batch
 * at a time, tries until that is committed, and says what a person should know. */
#ifndef DUTO_HISTORIAN_THREAD_H
#define DUTO_HISTORIAN_THREAD_H

#include <stdint.h>

#include "historian/store.h"

struct historian_thread;

enum historian_news {
	HISTORIAN_CONNECTED, /* text: the position that is stored, or nothing; told once */
	HISTORIAN_COMMITTED, /* the batch is stored */
	HISTORIAN_AWAY,	     /* text: what is wrong; told once for each problem in a row */
	HISTORIAN_BACK,	     /* after that */
	HISTORIAN_REFUSED,   /* reason (a constant): what cannot be stored; text: of what */
};

struct historian_message {
	enum historian_news news;
	struct str text;
	const char *reason;
	struct historian_result result;
};

/* The login and the stage's name, under which its position is stored, must stay. 0 or -errno. */
int historian_thread_start(
	const struct postgres_login *login, const char *stage, struct historian_thread **ret);

/* Gives the next batch, and the position sample behind which it ends where there is one. Copied.
 * Only after HISTORIAN_CONNECTED, and once the batch before is committed. */
void historian_thread_store(struct historian_thread *t, struct str samples, struct str position);

/* Readable once there is news. */
int historian_thread_fd(const struct historian_thread *t);
void historian_thread_acknowledge(struct historian_thread *t);

/* The next message, valid until the next call. False: none now. */
bool historian_thread_take(struct historian_thread *t, struct historian_message *ret);

#endif
