/* Several processes that are one service to systemd (sd_notify(3)): it is ready when all of them
 * are, and alive as long as each of them says so. They tell the herald, which tells systemd. */
#ifndef DUTO_HERALD_H
#define DUTO_HERALD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct herald {
	int fd; /* readable when there is something to hear; -1: nobody wants to know */
	char address[32];
	size_t count;
	struct told {
		pid_t pid; /* 0: has ended, or has not begun */
		const char *name;
		bool ready, alive;
	} * all;
	bool told_ready;
};

/* For so many processes; does nothing where $NOTIFY_SOCKET is not set. 0 or -errno. */
int herald_open(struct herald *h, size_t count);
void herald_close(struct herald *h);

/* In the process itself: from here on it tells the herald. */
void herald_enter(const struct herald *h);

/* Process i runs under that pid, or has ended (0). */
void herald_set(struct herald *h, size_t i, const char *name, pid_t pid);
void herald_hear(struct herald *h);

#endif
