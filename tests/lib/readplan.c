/* Block reads: joined over gaps, bounded, never within a value; cut in two when refused. */
#include "modbus/readplan.h"

#include <stdlib.h>

#include "tap.h"

static struct devmap_field fields[64];
static struct devmap map = { .fields = fields };

static void add(uint8_t function, uint16_t address, enum register_type type)
{
	fields[map.count++] = (struct devmap_field){
		.function = function, .address = address, .format = { .type = type }
	};
}

static char *text_of(const struct readplan *plan)
{
	static char text[1024];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < plan->count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d:%d+%d", i ? " " : "",
			plan->blocks[i].function, plan->blocks[i].address, plan->blocks[i].count);
	return text;
}

static void is_plan(unsigned block_max, unsigned gap_max, const char *expected, const char *title)
{
	struct readplan plan;

	readplan_make(&plan, &map, block_max, gap_max);
	is_str(text_of(&plan), expected, title);
	readplan_free(&plan);
}

static void joins(void)
{
	map.count = 0;
	add(4, 12, REGISTER_F32);
	add(3, 0, REGISTER_U16);
	add(4, 0, REGISTER_F32);
	add(4, 2, REGISTER_F64);
	add(2, 5, REGISTER_BOOL);
	is_plan(125, 0, "2:5+1 3:0+1 4:0+6 4:12+2", "neighbours join, by function and address");
	is_plan(125, 5, "2:5+1 3:0+1 4:0+6 4:12+2", "a gap too wide");
	is_plan(125, 6, "2:5+1 3:0+1 4:0+14", "a gap read along");
	is_plan(13, 6, "2:5+1 3:0+1 4:0+6 4:12+2", "a value that would not fit whole stays out");
	is_plan(4, 125, "2:5+1 3:0+1 4:0+2 4:2+4 4:12+2", "small blocks");
}

static void overlaps(void)
{
	map.count = 0;
	add(3, 10, REGISTER_U64);
	add(3, 11, REGISTER_U16);
	add(3, 13, REGISTER_U16);
	add(3, 65532, REGISTER_U64);
	is_plan(125, 0, "3:10+4 3:65532+4", "values within values, the last register");
}

static void bits(void)
{
	map.count = 0;
	add(1, 0, REGISTER_BOOL);
	add(1, 1999, REGISTER_BOOL);
	add(1, 2000, REGISTER_BOOL);
	is_plan(125, 2000, "1:0+2000 1:2000+1", "2000 bits at once");
}

static void cuts(void)
{
	struct readplan plan;

	map.count = 0;
	add(4, 0, REGISTER_F32);
	add(4, 2, REGISTER_F32);
	add(4, 9, REGISTER_F32);
	add(4, 12, REGISTER_F32);
	readplan_make(&plan, &map, 125, 10);
	is_str(text_of(&plan), "4:0+14", "one block");
	ok(readplan_split(&plan, 0), "is cut");
	is_str(text_of(&plan), "4:0+4 4:9+5", "at its widest gap");
	ok(readplan_split(&plan, 1) && readplan_split(&plan, 0), "both halves are cut");
	is_str(text_of(&plan), "4:0+2 4:2+2 4:9+2 4:12+2", "down to values");
	ok(!readplan_split(&plan, 3), "a value is not cut");
	ok(plan.order[plan.blocks[3].first] == 3, "the fields stay with their blocks");
	readplan_free(&plan);
}

int main(void)
{
	joins();
	overlaps();
	bits();
	cuts();
	return done();
}
