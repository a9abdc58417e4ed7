#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "disk.h"
#include "keep/segment.h"
#include "text.h"

static int read_version(const char *text, char ret[KEEP_ID_SIZE], char **ret_error)
{
	int version = 0, end = 0;
	if (sscanf(text, "duto keep %d\n%n", &version, &end) == 1 && version > KEEP_VERSION) {
		text_refuse(ret_error,
			"ID: the keep is of format %d, this program knows up to %d: nothing is touched",
			version, KEEP_VERSION);
		return -ENOTSUP;
	}
	size_t len = strspn(text + end, "0123456789abcdef");
	if (version < 1 || len != KEEP_ID_SIZE - 1 || strcmp(text + end + len, "\n") != 0) {
		text_refuse(ret_error, "ID: expected \"duto keep %d\" and 32 hexadecimal digits",
			KEEP_VERSION);
		return -EBADMSG;
	}
	memcpy(ret, text + end, len);
	ret[len] = 0;
	return 0;
}

int keep_id_read(int folder, char ret[KEEP_ID_SIZE], char **ret_error)
{
	char text[128];
	ssize_t n = disk_text(folder, "ID", text, sizeof(text));
	return n < 0 ? (int)n : read_version(text, ret, ret_error);
}

int keep_id_make(int folder, char ret[KEEP_ID_SIZE])
{
	uint64_t bits[2];
	char text[128];
	if (getrandom(bits, sizeof(bits), 0) != sizeof(bits))
		return -errno;
	snprintf(ret, KEEP_ID_SIZE, "%016" PRIx64 "%016" PRIx64, bits[0], bits[1]);
	snprintf(text, sizeof(text), "duto keep %d\n%s\n", KEEP_VERSION, ret);
	return disk_replace(folder, "ID", text, strlen(text));
}
