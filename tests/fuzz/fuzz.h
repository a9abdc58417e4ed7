/* A fuzz target is one function that libFuzzer calls with bytes (llvm.org/docs/LibFuzzer.html). */
#ifndef DUTO_FUZZ_H
#define DUTO_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The path of a file that holds the bytes, for what reads files: valid until the next call. */
static inline const char *fuzz_file(const uint8_t *data, size_t len)
{
	static char path[32];
	static int fd = -1;
	if (fd < 0)
		fd = memfd_create("input", MFD_CLOEXEC);
	if (ftruncate(fd, 0) || pwrite(fd, data, len, 0) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

#endif
