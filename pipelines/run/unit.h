/* One stage under supervision: its process, when it starts again, and the pipes of what it writes. */
#ifndef DUTO_UNIT_H
#define DUTO_UNIT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pipelines/stage/wiring.h"
#include "relay.h"

enum unit_state { UNIT_WAITING, UNIT_RUNNING, UNIT_DONE };

struct unit {
	const struct stage *stage;
	enum unit_state state;
	pid_t pid;	  /* leads a process group; 0: none */
	int64_t started;  /* monotonic, as the others */
	int64_t start_at; /* waiting: not before then */
	int64_t delay;	  /* before its last start; 0: it was started once */
	int64_t kill_at;  /* 0: it may take its time */
	bool again;	  /* a scheduled run failed: it is made again though not due */
	bool told;	  /* to stop */
	bool clean;  /* its last process left with 0: the end of what it gave is where it gave it */
	bool abrupt; /* done, but its writers may not have heard that it read their end */
	struct relay text, messages;
	char *prefix;
};

/* Takes over the prefix of its messages, malloc'ed. 0 or -errno. */
int unit_open(struct unit *u, const struct stage *stage, char *prefix, struct outlet *output,
	struct outlet *errors);
void unit_close(struct unit *u);

/* As stage_run. 0 or -errno. */
int unit_start(struct unit *u, const struct site *site);

/* It failed: it will start again after first, or after twice the last delay, up to 30 s, where it
 * fails in a row. */
void unit_delay(struct unit *u, int64_t first);

/* Tells it to stop, and kills it where it has not after the patience (0: no bound). */
void unit_tell(struct unit *u, int64_t patience);
void unit_kill(struct unit *u);

/* Its process was reaped: passes on what it has left. */
void unit_reaped(struct unit *u, bool failed);

/* When it wants to be looked at; 0: never. */
int64_t unit_deadline(const struct unit *u);

enum { UNIT_POLLS = 2 };
size_t unit_polls(const struct unit *u, struct pollfd polls[UNIT_POLLS]);
void unit_relay(struct unit *u);

#endif
