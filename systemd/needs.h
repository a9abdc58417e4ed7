/* What a stage needs of the machine beyond what every stage has: found in the words of its command
 * lines, in the lists of devices that they name, and in what its filters say of themselves. */
#ifndef DUTO_NEEDS_H
#define DUTO_NEEDS_H

#include "pipelines/stage/traits.h"

/* Texts, each once. */
struct names {
	char **all;
	size_t count;
};

struct needs {
	bool network;
	bool local;	      /* of the network, this machine only */
	struct names devices; /* serial ports, /dev/ttyUSB0 */
	struct names secrets; /* files of the folder of secrets, by their names */
	struct names keeps;   /* PIPELINE/STAGE: keeps read by their names, not through `from` */
};

void needs_find(const struct pipeline *p, const struct traits *t, const struct stage *stage,
	struct needs *ret);
void needs_free(struct needs *needs);

#endif
