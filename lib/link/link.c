#include "link.h"

#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allocate.h"
#include "text.h"

extern const struct link_driver link_stream_in, link_stream_out, link_file_in, link_file_out,
	link_keep_in, link_keep_out;

/* All batches there are: a steady stream allocates none. */
static struct batch **batches;
static size_t batch_count, batch_last;

struct batch *batch_new(void)
{
	for (size_t i = 0; i < batch_count; i++) {
		batch_last = (batch_last + 1) % batch_count;
		struct batch *b = batches[batch_last];
		if (atomic_load(&b->refs) == 0) {
			b->bytes.len = 0;
			b->position = false;
			atomic_store(&b->refs, 1);
			return b;
		}
	}
	batches = reallocate(batches, batch_count + 1, sizeof(*batches));
	struct batch *b = allocate(1, sizeof(*b));
	batch_last = batch_count;
	batches[batch_count++] = b;
	atomic_store(&b->refs, 1);
	return b;
}

/* Beside the program; a filter that is installed elsewhere finds it where Duto's own are. */
static void *load_zmq(void)
{
	static const char name[] = "link-zmq.so";
	static const char *const installed[] = { "/usr/libexec/duto", "/usr/local/libexec/duto" };
	char path[PATH_MAX + 32];
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
	path[len > 0 ? len : 0] = 0;
	char *slash = strrchr(path, '/');
	strcpy(slash ? slash + 1 : path, name);
	for (size_t i = 0; i < 2 && access(path, F_OK); i++)
		snprintf(path, sizeof(path), "%s/%s", installed[i], name);
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

/* libzmq and what it needs cost several MiB a process: they are loaded by those who use them. The
 * drivers are an array in a shared object beside the filters. */
static const struct link_driver *const *zmq_drivers(char **ret_error)
{
	void *library = load_zmq();
	const struct link_driver *const *drivers =
		library ? dlsym(library, "link_zmq_drivers") : NULL;
	if (!drivers)
		*ret_error = text_print("%s", dlerror());
	return drivers;
}

static const struct link_driver *find_driver(
	const char *name, enum link_direction direction, char **ret_error)
{
	static const struct link_driver *const own[2][4] = {
		[LINK_IN] = { &link_stream_in, &link_file_in, &link_keep_in, NULL },
		[LINK_OUT] = { &link_stream_out, &link_file_out, &link_keep_out, NULL },
	};
	static const char *const zmq[2][2] = {
		[LINK_IN] = { "pull:", "sub:" }, [LINK_OUT] = { "push:", "pub:" }
	};
	for (int i = 0; own[direction][i]; i++) {
		const struct link_driver *d = own[direction][i];
		if (d->prefix[0] == '-' ? strcmp(name, "-") == 0
					: strncmp(name, d->prefix, strlen(d->prefix)) == 0)
			return d;
	}
	for (int i = 0; i < 2; i++) {
		if (strncmp(name, zmq[direction][i], strlen(zmq[direction][i])) != 0)
			continue;
		const struct link_driver *const *d = zmq_drivers(ret_error);
		while (d && *d && strcmp((*d)->prefix, zmq[direction][i]) != 0)
			d++;
		return d ? *d : NULL;
	}
	*ret_error = text_print("%s is not a link to %s: expected %s", name,
		direction == LINK_IN ? "read from" : "write to",
		direction == LINK_IN
			? "-, file:PATH, keep:DIR, pull:ENDPOINT or sub:ENDPOINT[#path]"
			: "-, file:PATH, keep:DIR, push:ENDPOINT or pub:ENDPOINT");
	errno = EINVAL;
	return NULL;
}

int link_open(struct link **ret, const char *name, enum link_direction direction,
	const struct link_security *security, char **ret_error)
{
	errno = ELIBACC;
	const struct link_driver *driver = find_driver(name, direction, ret_error);
	if (!driver)
		return -errno;
	const char *address = driver->prefix[0] == '-' ? "" : name + strlen(driver->prefix);
	int r = driver->open(ret, address, security, ret_error);
	if (r)
		return r;
	(*ret)->driver = driver;
	(*ret)->name = name;
	return 0;
}

int link_read(struct link *l, struct link_input *ret)
{
	return l->driver->read(l, ret);
}

uint64_t link_used(struct link *l, size_t bytes)
{
	return l->driver->used(l, bytes);
}

void link_settle(struct link *l, uint64_t number)
{
	if (l->driver->settle && number)
		l->driver->settle(l, number);
}

int link_seek(struct link *l, struct str keep, uint64_t number)
{
	return l->driver->seek ? l->driver->seek(l, keep, number) : -ENOENT;
}

int link_tell(struct link *l, bool positions, struct str position)
{
	return l->driver->tell ? l->driver->tell(l, positions, position) : 0;
}

int link_write(struct link *l, struct batch *b)
{
	if (b->position && l->positions != LINK_POSITIONS)
		return 0;
	l->given = b->number; /* also while it has no room: it is owed */
	return l->driver->write(l, b);
}

int link_finish(struct link *l, bool end)
{
	return l->driver->finish(l, end);
}

int link_service(struct link *l)
{
	return l->driver->service ? l->driver->service(l) : 0;
}

void link_note(struct link *l, char *line)
{
	char *before = l->notice;
	l->notice = before ? text_print("%s\n%s", before, line) : line;
	if (before)
		free(line);
	free(before);
}

void link_close(struct link *l)
{
	free(l->notice);
	buffer_free(&l->position);
	l->driver->close(l);
}
