#include "readplan.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"

static const struct devmap_field *field(const struct readplan *plan, uint32_t i)
{
	return &plan->map->fields[plan->order[i]];
}

static unsigned end_of(const struct devmap_field *f)
{
	return f->address + devmap_width(f);
}

static int by_address(const void *a, const void *b, void *map)
{
	const struct devmap_field *fields = ((const struct devmap *)map)->fields;
	const struct devmap_field *x = &fields[*(const uint32_t *)a],
				  *y = &fields[*(const uint32_t *)b];

	if (x->function != y->function)
		return x->function - y->function;
	if (x->address != y->address)
		return x->address - y->address;
	return (int)devmap_width(x) - (int)devmap_width(y);
}

/* The block of fields first .. first + n - 1; values may lie inside one another. */
static struct read_block block_of(const struct readplan *plan, uint32_t first, uint32_t n)
{
	const struct devmap_field *start = field(plan, first);
	unsigned end = 0;

	for (uint32_t i = first; i < first + n; i++)
		if (end_of(field(plan, i)) > end)
			end = end_of(field(plan, i));
	return (struct read_block){ .function = start->function,
		.address = start->address,
		.count = (uint16_t)(end - start->address),
		.first = first,
		.fields = n };
}

static bool joins(const struct read_block *block, const struct devmap_field *next,
	unsigned block_max, unsigned gap_max)
{
	unsigned end = block->address + block->count;

	if (next->function != block->function)
		return false;
	if (devmap_reads_bits(next->function))
		block_max *= READPLAN_BITS_PER_REGISTER;
	return next->address <= end + gap_max && end_of(next) - block->address <= block_max;
}

void readplan_make(
	struct readplan *ret, const struct devmap *map, unsigned block_max, unsigned gap_max)
{
	struct readplan plan = { .map = map };

	plan.order = allocate(map->count + 1, sizeof(*plan.order));
	plan.blocks = allocate(map->count + 1, sizeof(*plan.blocks));
	for (uint32_t i = 0; i < map->count; i++)
		plan.order[i] = i;
	qsort_r(plan.order, map->count, sizeof(*plan.order), by_address, (void *)map);
	for (uint32_t i = 0; i < map->count; i++) {
		struct read_block *last = plan.count ? &plan.blocks[plan.count - 1] : NULL;
		if (last && joins(last, field(&plan, i), block_max, gap_max))
			*last = block_of(&plan, last->first, last->fields + 1);
		else
			plan.blocks[plan.count++] = block_of(&plan, i, 1);
	}
	*ret = plan;
}

/* How many fields the first half gets. A value that reaches beyond the next one's start leaves no
 * gap. */
static uint32_t cut_place(const struct readplan *plan, const struct read_block *block)
{
	uint32_t place = block->fields / 2;
	unsigned widest = 0, end = 0;

	for (uint32_t i = 0; i + 1 < block->fields; i++) {
		unsigned next = field(plan, block->first + i + 1)->address;
		if (end_of(field(plan, block->first + i)) > end)
			end = end_of(field(plan, block->first + i));
		if (next > end && next - end > widest) {
			widest = next - end;
			place = i + 1;
		}
	}
	return place;
}

bool readplan_split(struct readplan *plan, size_t block)
{
	struct read_block whole = plan->blocks[block];
	uint32_t n;

	if (whole.fields < 2)
		return false;
	n = cut_place(plan, &whole);
	memmove(&plan->blocks[block + 2], &plan->blocks[block + 1],
		(plan->count - block - 1) * sizeof(*plan->blocks));
	plan->blocks[block] = block_of(plan, whole.first, n);
	plan->blocks[block + 1] = block_of(plan, whole.first + n, whole.fields - n);
	plan->count++;
	return true;
}

void readplan_free(struct readplan *plan)
{
	free(plan->order);
	free(plan->blocks);
	*plan = (struct readplan){ 0 };
}
