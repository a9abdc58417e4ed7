/* Maps of a profile, each read by one table of its keys. */
#ifndef DUTO_POWER_QUALITY_ENTRIES_H
#define DUTO_POWER_QUALITY_ENTRIES_H

#include "decimal.h"
#include "pipeline/yaml.h"

enum entry_type {
	ENTRY_TEXT = 1, /* const char *, borrowed from the tree */
	ENTRY_NUMBER,	/* double */
	ENTRY_COUNT,	/* uint64_t */
	ENTRY_SHARE,	/* decimal of 1: 95% or 0.95, from 0 to 1 */
	ENTRY_DECIMAL,	/* decimal from 0 up */
	ENTRY_DURATION, /* int64_t, ns, above 0 */
	ENTRY_NODE,	/* const struct yaml_node *: read by the caller */
};

struct entry {
	const char *key;
	enum entry_type type;
	void *to; /* stays as it is where the key is absent */
	bool required;
	double min, max; /* of a number, where max > min */
};

#define ENTRY(name, kind, place)                                                                   \
	{                                                                                          \
		.key = name, .type = kind, .to = place                                             \
	}
#define ENTRY_REQUIRED(name, kind, place)                                                          \
	{                                                                                          \
		.key = name, .type = kind, .to = place, .required = true                           \
	}
#define ENTRY_BETWEEN(name, place, low, high)                                                      \
	{                                                                                          \
		.key = name, .type = ENTRY_NUMBER, .to = place, .min = low, .max = high            \
	}
#define ENTRY_BETWEEN_REQUIRED(name, place, low, high)                                             \
	{                                                                                          \
		.key = name, .type = ENTRY_NUMBER, .to = place, .required = true, .min = low,      \
		.max = high                                                                        \
	}
#define ENTRY_END                                                                                  \
	{                                                                                          \
		.key = NULL                                                                        \
	}

/* Reads a map whose table ends with ENTRY_END. source, confidence (high, medium, low) and note may
 * stand in every map and are checked too. 0, or -EINVAL with a malloc'ed message. */
int entries_read(const struct yaml_node *map, const struct entry *table, char **ret_error);

/* "expected WHAT, found ..." at the node; returns -EINVAL. */
int entries_expected(const struct yaml_node *n, const char *what, char **ret_error);

#endif
