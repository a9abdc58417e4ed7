#include <stdlib.h>

#include "opt.h"
#include "pipeline_read.h"

#define CPU    "a share of one processor above 0 (50%, 200% for two)"
#define MEMORY "a size from 1M up (64M, 2G)"

static void read_cpu(struct pipeline *p, double *ret, const struct yaml_node *n)
{
	double percent = 0;
	char *end = NULL;
	if (n->kind == YAML_SCALAR)
		percent = strtod(n->text.data, &end);
	if (!end || end == n->text.data || end[0] != '%' || end[1] || !(percent >= 1) ||
		percent > 1e5)
		pipeline_expect(p, n, CPU);
	else
		*ret = percent / 100;
}

static void read_memory(struct pipeline *p, int64_t *ret, const struct yaml_node *n)
{
	int64_t bytes = 0;
	if (n->kind != YAML_SCALAR || opt_size(n->text, &bytes) || bytes < 1 << 20)
		pipeline_expect(p, n, MEMORY);
	else
		*ret = bytes;
}

void pipeline_read_limits(
	struct pipeline *p, struct stage_limits *limits, const struct yaml_node *stage)
{
	const struct yaml_node *cpu = yaml_get(stage, "cpu"), *memory = yaml_get(stage, "memory");
	if (cpu)
		read_cpu(p, &limits->cpu, cpu);
	if (memory)
		read_memory(p, &limits->memory, memory);
}
