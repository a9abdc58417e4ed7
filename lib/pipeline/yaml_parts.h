/* A YAML file that was read, from within. Only for lib/yaml*.c. */
#ifndef DUTO_YAML_PARTS_H
#define DUTO_YAML_PARTS_H

#include "buffer.h"
#include "yaml.h"

struct yaml {
	char *path;
	struct buffer source;
	struct yaml_node *root;
	struct yaml_node **nodes; /* all of them, for closing */
	size_t count, cap;
};

#endif
