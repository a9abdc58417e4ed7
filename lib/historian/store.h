/* The historian's connection to its database: a batch of samples is one transaction, which holds
 * the position of the stream too. */
#ifndef DUTO_HISTORIAN_STORE_H
#define DUTO_HISTORIAN_STORE_H

#include "buffer.h"
#include "postgres/postgres.h"
#include "sample.h"

struct historian_store;

/* What one batch came to. */
struct historian_result {
	uint64_t rows;	  /* that went straight to their partitions */
	uint64_t staged;  /* samples that were compared with what is stored */
	uint64_t revised; /* values that took the place of others */
	uint64_t older;	  /* values left out, as something newer stands in their place */
};

/* Connects, and makes or migrates the schema. 0, or -EAGAIN with a message, which is the caller's.
 */
int historian_store_open(
	const struct postgres_login *login, struct historian_store **ret, char **ret_problem);
void historian_store_close(struct historian_store *store);

/* Appends the position sample that was stored last for a stage; nothing where there is none. */
int historian_store_position(
	struct historian_store *store, const char *stage, struct buffer *ret, char **ret_problem);

/* Told of what cannot be stored; field may be empty. */
typedef void historian_refuse(
	void *context, const char *reason, const struct sample *s, struct str field);

/* Stores whole samples, and the position of the stage where it is not empty. 0: committed.
 * -EAGAIN, with a message: it may or may not be; the store is to be closed, and the same batch
 * given to another one, which finds out. -ESTALE: the same, at once: another historian wrote
 * between. -EBADMSG, with a message: the database refuses one of the samples; the store is to be
 * closed. */
int historian_store_batch(struct historian_store *store, struct str samples, const char *stage,
	struct str position, historian_refuse *refuse, void *context, struct historian_result *ret,
	char **ret_problem);

#endif
