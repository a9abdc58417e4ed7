/* duto keygen: a CURVE key pair for links over tcp. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "pipelines/describe/libexec.h"
#include "text.h"
#include "zmq/keypair.h"

/* Only links need libzmq: it is in a shared object of theirs. */
static int make_pair(char public_key[KEYPAIR_TEXT], char secret_key[KEYPAIR_TEXT])
{
	char *path = libexec_file("link-zmq.so");
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	int (*make)(char *, char *) = NULL;
	if (library)
		*(void **)&make = dlsym(library, "link_zmq_keypair");
	free(path);
	if (!make)
		return failure(EXIT_SYSTEM, "%s", dlerror());
	int r = make(public_key, secret_key);
	return r ? failure(EXIT_SYSTEM, "no key pair: %s", strerror(-r)) : EXIT_OK;
}

static int write_key(const char *path, mode_t mode, const char *key, const char *name)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0 && errno == EEXIST)
		return failure(
			EXIT_CONFIG, "%s is there already: a key is never overwritten", path);
	if (fd < 0 || dprintf(fd, "%s %s\n", key, name) < 0 || fsync(fd)) {
		int error = errno;
		if (fd >= 0)
			unlink(path);
		return failure(EXIT_CONFIG, "%s: %s", path, strerror(error));
	}
	close(fd);
	return EXIT_OK;
}

static void explain(const char *name)
{
	printf("%s.key  the secret key: stays on this machine, readable by whoever runs the "
	       "link\n"
	       "%s.pub  the public key: add its line to the file that the other side names by "
	       "--peers\n\n"
	       "    duto ... --out push:tcp://ADDRESS:PORT --key %s.key --peers others.pub\n",
		name, name, name);
}

static int write_pair(const char *name, const char *public_key, const char *secret_key)
{
	const char *slash = strrchr(name, '/'), *comment = slash ? slash + 1 : name;
	char *key = text_print("%s.key", name), *pub = text_print("%s.pub", name);
	int status = EXIT_OK;
	if (access(pub, F_OK) == 0)
		status = failure(
			EXIT_CONFIG, "%s is there already: a key is never overwritten", pub);
	if (!status)
		status = write_key(key, 0600, secret_key, comment);
	if (!status) {
		status = write_key(pub, 0644, public_key, comment);
		if (status)
			unlink(key);
	}
	free(key);
	free(pub);
	return status;
}

int command_keygen(int argc, char **argv)
{
	char public_key[KEYPAIR_TEXT], secret_key[KEYPAIR_TEXT];
	if (argc != 2 || argv[1][0] == '-' || !*argv[1])
		return failure(
			EXIT_CONFIG, "keygen needs a name for the key pair (duto keygen hall2)");
	int status = make_pair(public_key, secret_key);
	if (!status)
		status = write_pair(argv[1], public_key, secret_key);
	explicit_bzero(secret_key, sizeof(secret_key));
	if (!status)
		explain(argv[1]);
	return status;
}
