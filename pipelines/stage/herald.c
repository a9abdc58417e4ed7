#include "herald.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "filter/notify.h"

/* The kernel names the socket (unix(7), autobind): no file is left behind. */
static int bind_anywhere(struct herald *h)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(address);
	int on = 1;
	if (bind(h->fd, (struct sockaddr *)&address, sizeof(sa_family_t)) ||
		setsockopt(h->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
		getsockname(h->fd, (struct sockaddr *)&address, &len))
		return -errno;
	snprintf(h->address, sizeof(h->address), "@%.*s",
		(int)(len - offsetof(struct sockaddr_un, sun_path) - 1), address.sun_path + 1);
	return 0;
}

int herald_open(struct herald *h, size_t count)
{
	const char *systemd = getenv("NOTIFY_SOCKET");
	*h = (struct herald){ .fd = -1, .count = count, .all = calloc(count, sizeof(*h->all)) };
	if (!h->all)
		abort();
	if (!systemd || !*systemd)
		return 0;
	h->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return h->fd < 0 ? -errno : bind_anywhere(h);
}

void herald_close(struct herald *h)
{
	if (h->fd >= 0)
		close(h->fd);
	free(h->all);
}

void herald_enter(const struct herald *h)
{
	if (h->fd < 0)
		return;
	setenv("NOTIFY_SOCKET", h->address, 1);
	unsetenv("WATCHDOG_PID");
}

/* Those that have ended do not count: how they ended is told by their status. */
static bool all_say(const struct herald *h, bool ready)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->all[i].pid && !(ready ? h->all[i].ready : h->all[i].alive))
			return false;
	return true;
}

static void tell(struct herald *h)
{
	if (!h->told_ready && all_say(h, true)) {
		h->told_ready = true;
		notify("READY=1");
	}
	if (!all_say(h, false))
		return;
	for (size_t i = 0; i < h->count; i++)
		h->all[i].alive = false;
	notify("WATCHDOG=1");
}

void herald_set(struct herald *h, size_t i, const char *name, pid_t pid)
{
	h->all[i].name = name;
	h->all[i].pid = pid;
}

static void take(struct told *t, char *text)
{
	char *rest;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		t->ready |= strcmp(line, "READY=1") == 0;
		t->alive |= strcmp(line, "WATCHDOG=1") == 0;
		if (strncmp(line, "STATUS=", 7) == 0)
			notify("STATUS=%s%s%s", line[7] ? t->name : "", line[7] ? ": " : "",
				line + 7);
	}
}

/* The kernel says who sent it; 0: nobody that counts. */
static pid_t sender(struct msghdr *m)
{
	struct ucred who;
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
		return 0;
	memcpy(&who, CMSG_DATA(c), sizeof(who));
	return who.pid;
}

void herald_hear(struct herald *h)
{
	char text[1024], control[CMSG_SPACE(sizeof(struct ucred))];
	for (;;) {
		struct iovec space = { text, sizeof(text) - 1 };
		struct msghdr m = { .msg_iov = &space,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control) };
		ssize_t len = h->fd < 0 ? -1 : recvmsg(h->fd, &m, 0);
		if (len < 0)
			break;
		pid_t pid = sender(&m);
		text[len] = 0;
		for (size_t i = 0; i < h->count; i++)
			if (pid && h->all[i].pid == pid)
				take(&h->all[i], text);
	}
	if (h->fd >= 0)
		tell(h);
}
