/* The parts of reading a pipeline file: lib/pipeline/pipeline.c reads the whole, lib/pipeline/pipeline_stage.c a
 * stage, lib/pipeline/pipeline_keep.c what it keeps, lib/pipeline/pipeline_order.c finds who reads whom. */
#ifndef DUTO_PIPELINE_READ_H
#define DUTO_PIPELINE_READ_H

#include "pipeline.h"

/* An array with room for one entry more, zeroed. */
void *pipeline_grow(void *array, size_t count, size_t size);

struct word pipeline_word(const struct yaml_node *n);

/* Says that a node is not what it should be. */
void pipeline_expect(struct pipeline *p, const struct yaml_node *n, const char *what);

/* Names every key of a map that is none of keys, which end with NULL. */
void pipeline_check_keys(struct pipeline *p, const struct yaml_node *map, const char *const *keys);

/* Adds the stage that is an entry of `stages`. */
void pipeline_read_stage(struct pipeline *p, const struct yaml_node *n);

/* A scalar with its variables in place. */
struct word pipeline_expand(struct pipeline *p, const struct yaml_node *n);

/* Reads the value of a stage's `keep`. */
void pipeline_read_keep(struct pipeline *p, struct stage_keep *keep, const struct yaml_node *n);

/* Reads `cpu` and `memory` of a stage. */
void pipeline_read_limits(
	struct pipeline *p, struct stage_limits *limits, const struct yaml_node *stage);

/* Reads `timezone`, and `at`, `every` and `missed` of a stage. */
void pipeline_read_zone(struct pipeline *p, const struct yaml_node *n);
void pipeline_read_schedule(struct pipeline *p, struct stage *stage, const struct yaml_node *map);

/* With all stages read: finds those that are read by their names, and the order. */
void pipeline_resolve(struct pipeline *p);

#endif
