/* Runs a program to its end and keeps what it wrote. */
#ifndef DUTO_CAPTURE_H
#define DUTO_CAPTURE_H

#include "buffer.h"

enum { CAPTURE_SECONDS = 30 }; /* a program that takes longer is ended by SIGALRM */

struct captured {
	int status; /* of exit; 128 + the signal's number where one ended it */
	struct buffer output, errors;
};

/* argv[0] is what the program is told of its name; dir, its working directory; NULL: this one's. 0
 * or -errno. */
int capture_run(const char *path, char *const argv[], const char *dir, struct str input,
	struct captured *ret);
void capture_free(struct captured *c);

#endif
