/* Device maps: bases, defaults, what is wrong with them where, and that those which ship can be
 * read. */
#include "modbus/devmap.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static char path[] = "/tmp/devmap-XXXXXX";

static int load(const char *text, struct devmap **ret, char **ret_error)
{
	FILE *to = fopen(path, "w");

	if (!to || fputs(text, to) < 0 || fclose(to))
		abort();
	return devmap_load(path, ret, ret_error);
}

static void address(const char *row, unsigned function, unsigned expected)
{
	struct devmap *map;
	char text[256], *error = NULL;
	bool loaded;

	snprintf(text, sizeof(text), "field,type,address,base,function\na,U16,%s\n", row);
	loaded = load(text, &map, &error) == 0;
	ok(loaded && map->fields[0].address == expected && map->fields[0].function == function,
		"%s is wire address %u of function %u", row, expected, function);
	if (loaded)
		devmap_free(map);
	free(error);
}

static void addresses(void)
{
	address("0,wire,3", 3, 0);
	address("801,,4", 4, 801);
	address("3000,one,3", 3, 2999);
	address("30015,modicon5,", 4, 14);
	address("40301,modicon5,", 3, 300);
	address("300053,modicon6,", 4, 52);
	address("465536,modicon6,", 3, 65535);
	address("30001,modicon5,3", 3, 0);
	address("7,wire,4|3", 4, 7);
}

static void refused(const char *text, const char *expected)
{
	struct devmap *map;
	char *error = NULL;

	if (!ok(load(text, &map, &error) < 0, "refused: %s", expected))
		devmap_free(map);
	else
		is_str(error + strlen(path), expected, "where and why");
	free(error);
}

static void mistakes(void)
{
	refused("", ":1:1: expected a header that names the columns");
	refused("field,type,adress\n",
		":1:12: unknown column \"adress\"; did you mean \"address\"?");
	refused("field,type\n", ":1:1: there is no column \"address\"");
	refused("field,type,address\n", ": there is no register in this map");
	refused("field,type,address,function\na,U16,1,3\nb,U16,,3\n", ":3:7: address is empty");
	refused("field,type,address,function\na,U17,1,3\n",
		":2:3: expected bool, U16, I16, U32, I32, U64, I64, F32 or F64, found \"U17\"");
	refused("field,type,address,function\na,U16,x1,3\n",
		":2:7: expected a register number, found \"x1\"");
	refused("field,type,address,function\na,U32,65535,3\n",
		":2:7: expected a register whose value ends by 65535, found \"65535\"");
	refused("field,type,address,function\na,U16,1,\n",
		":2:9: expected the function to read it with, found \"\"");
	refused("field,type,address,function\na,U16,1,3|\n",
		":2:9: expected 1, 2, 3, 4 or several as in 3|4, found \"3|\"");
	refused("field,type,address,function\na,U16,1,2\n",
		":2:3: expected bool, which is all that functions 1 and 2 read, found \"U16\"");
	refused("field,type,address,base\na,U16,0,one\n",
		":2:7: expected a number from 1 on (base one), found \"0\"");
	refused("field,type,address,base\na,U16,20001,modicon5\n",
		":2:7: expected a number as 30001 or 40001, found \"20001\"");
	refused("field,type,address,base\na,U16,1,two\n",
		":2:9: expected wire, one, modicon5 or modicon6, found \"two\"");
	refused("field,type,address,function,scale\na,U16,1,3,0,1\n",
		":2:1: expected 5 cells as in the header, found 6");
	refused("field,type,address,function,scale\na,U16,1,3,\"0,1\"\n",
		":2:11: expected a decimal number other than 0, as 0.1, found \"0,1\"");
	refused("field,type,address,function,order\na,U16,1,3,ABDC\n",
		":2:11: expected ABCD, DCBA, CDAB or BADC, found \"ABDC\"");
	refused("field,type,address,function\na b,U16,1,3\n",
		":2:1: expected a field name (a-z, 0-9, _), found \"a b\"");
	refused("field,type,address,function\na,U16,1,3\na,U16,2,3\n", ":3:1: field a comes twice");
	refused("field,type,address,function,low\na,U16,1,3,1..2\n",
		":2:11: expected a number, found \"1..2\"");
	refused("field,type,address,function,confidence\na,U16,1,3,sure\n",
		":2:11: expected high, medium or low, found \"sure\"");
}

static void a_map(void)
{
	struct devmap *map;
	char *error = NULL;

	if (!ok(load("field,label,type,address,function,order,scale,unit,low,high\n"
		     "energy,\"Energy, total\", U64 ,10,3|4,CDAB,0.001,kWh,0,1e6\n"
		     "alarm,,bool,0,2\n",
			&map, &error) == 0,
		    "a map is read"))
		return;
	struct devmap_field *f = map->fields;
	ok(map->count == 2 && f->format.type == REGISTER_U64 && f->format.order == REGISTER_CDAB &&
			f->format.scale.factor == 1 && f->format.scale.digits == 3,
		"type, order and scale");
	ok(f->functions == (1 << 3 | 1 << 4) && f->function == 3,
		"two functions, the first to read with");
	ok(str_eq(f->unit, STR("kWh")) && f->low == 0 && f->high == 1e6, "unit and range");
	ok(devmap_width(f) == 4 && devmap_width(f + 1) == 1 && isnan(f[1].low), "defaults");
	devmap_free(map);
}

/* One name, one unit: what a pipeline relies on when it reads several makes of meter. */
static int units_that_differ(const struct devmap *map)
{
	static struct {
		char name[64], unit[16];
	} seen[512];
	static size_t count;
	int differ = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct devmap_field *f = &map->fields[i];
		size_t k = 0;
		while (k < count && !str_eq(f->name, str(seen[k].name)))
			k++;
		differ += k < count && f->unit.len && !str_eq(f->unit, str(seen[k].unit));
		if (k < count || !f->unit.len || count == 512)
			continue;
		snprintf(seen[count].name, sizeof(seen[count].name), "%.*s", STR_ARG(f->name));
		snprintf(seen[count++].unit, sizeof(seen[0].unit), "%.*s", STR_ARG(f->unit));
	}
	return differ;
}

static void shipped_map(const char *folder, const char *name)
{
	char file[512], *error = NULL;
	struct devmap *map;

	snprintf(file, sizeof(file), "%s/%s", folder, name);
	if (ok(devmap_load(file, &map, &error) == 0, "%s is read%s%s", name, error ? ": " : "",
		    error ?: "")) {
		ok(units_that_differ(map) == 0, "%s: units as on the other meters", name);
		devmap_free(map);
	}
	free(error);
}

static void shipped(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort), maps = 0;

	for (int i = 0; i < n; i++) {
		if (strstr(entries[i]->d_name, ".csv")) {
			shipped_map(folder, entries[i]->d_name);
			maps++;
		}
		free(entries[i]);
	}
	free(entries);
	ok(maps >= 10, "%d maps ship", maps);
}

int main(void)
{
	int fd = mkstemp(path);

	addresses();
	mistakes();
	a_map();
	shipped("schemas/devices");
	close(fd);
	unlink(path);
	return done();
}
