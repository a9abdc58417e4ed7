#include "devlist.h"

#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "opt.h"
#include "shipped.h"
#include "text.h"

enum column {
	SOURCE,
	ADDRESS,
	UNIT,
	MAP,
	EVERY,
	TIMEOUT,
};

static const struct table_column columns[] = {
	[SOURCE] = { "source", true },
	[ADDRESS] = { "address", true },
	[UNIT] = { "unit", false },
	[MAP] = { "map", true },
	[EVERY] = { "every", false },
	[TIMEOUT] = { "timeout", false },
	{ NULL, false },
};

static char *copy(struct str text)
{
	char *to = or_abort(strndup(text.data, text.len));

	return to;
}

int devlist_address(struct str text, struct address *ret, const char **ret_expected)
{
	*ret_expected = "tcp://HOST:PORT";
	if (str_starts(text, STR("rtu:")))
		*ret_expected = "tcp://HOST:PORT (serial lines, rtu:, cannot be read yet)";
	else if (address_parse(text, DEVLIST_PORT, ret) == 0)
		return 0;
	return -EINVAL;
}

int devlist_unit(struct str text, int *ret)
{
	int unit = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || unit > 255)
			return -EINVAL;
		unit = unit * 10 + (text.data[i] - '0');
	}
	if (!text.len || (unit > 247 && unit != 255))
		return -EINVAL;
	*ret = unit;
	return 0;
}

static int keep_map(struct devlist *list, char *path, const struct devmap **ret, char **ret_error)
{
	struct devmap *map;
	int r = devmap_load(path, &map, ret_error);

	free(path);
	if (r < 0)
		return r;
	list->maps = reallocate(list->maps, list->maps_count + 1, sizeof(*list->maps));
	list->maps[list->maps_count++] = map;
	*ret = map;
	return 0;
}

/* The map of that name, read once however many devices have it. */
static int find_map(
	struct devlist *list, const char *name, const struct devmap **ret, char **ret_error)
{
	char *path;
	int r = shipped_find("devices", name, list->table.path, &path, ret_error);

	if (r < 0)
		return r;
	for (size_t i = 0; i < list->maps_count; i++)
		if (!strcmp(list->maps[i]->table.path, path)) {
			free(path);
			*ret = list->maps[i];
			return 0;
		}
	return keep_map(list, path, ret, ret_error);
}

static int expected(
	const struct table *t, size_t row, enum column column, char **ret_error, const char *what)
{
	return table_error(t, row, column, ret_error, "expected %s, found \"%.*s\"", what,
		STR_ARG(table_cell(t, row, column)));
}

static int read_map(
	struct devlist *list, size_t row, struct devlist_device *device, char **ret_error)
{
	char *name = copy(table_cell(&list->table, row, MAP)), *error = NULL;
	int r = find_map(list, name, &device->map, &error);

	free(name);
	if (r == -ENOENT && error) {
		table_error(&list->table, row, MAP, ret_error, "%s", error);
		free(error);
	} else if (r < 0) {
		*ret_error = error;
	}
	return r;
}

static int read_duration(
	const struct table *t, size_t row, enum column column, int64_t *to, char **ret_error)
{
	struct str text = table_cell(t, row, column);

	if (!text.len || (opt_duration(text, to) == 0 && *to > 0))
		return 0;
	return expected(t, row, column, ret_error, "a duration (5s, 50ms, 2m)");
}

static int check_new(const struct devlist *list, size_t row, char **ret_error)
{
	for (size_t i = 0; i < row; i++)
		if (str_eq(list->devices[i].source, list->devices[row].source))
			return table_error(&list->table, row, SOURCE, ret_error,
				"source %.*s comes twice", STR_ARG(list->devices[row].source));
	return 0;
}

static int read_row(struct devlist *list, size_t row, char **ret_error)
{
	struct devlist_device *device = &list->devices[row];
	struct table *t = &list->table;
	struct str unit = table_cell(t, row, UNIT);
	const char *what;
	int r;

	device->source = table_cell(t, row, SOURCE);
	r = check_new(list, row, ret_error);
	if (!r && devlist_address(table_cell(t, row, ADDRESS), &device->address, &what) < 0)
		r = expected(t, row, ADDRESS, ret_error, what);
	if (!r && unit.len && devlist_unit(unit, &device->unit) < 0)
		r = expected(t, row, UNIT, ret_error, "a unit from 0 to 247, or 255");
	r = r ?: read_duration(t, row, EVERY, &device->every, ret_error);
	r = r ?: read_duration(t, row, TIMEOUT, &device->timeout, ret_error);
	return r ?: read_map(list, row, device, ret_error);
}

static void make_room(struct devlist *list, size_t count)
{
	list->devices = allocate(count + 1, sizeof(*list->devices));
	list->count = count;
}

static void free_list(struct devlist *list)
{
	for (size_t i = 0; i < list->maps_count; i++)
		devmap_free(list->maps[i]);
	free(list->maps);
	free(list->devices);
	if (list->table.path)
		table_unload(&list->table);
}

int devlist_load(
	const char *path, int64_t every, int64_t timeout, struct devlist *ret, char **ret_error)
{
	struct devlist list = { 0 };
	int r = table_load(path, columns, &list.table, ret_error);

	if (r < 0)
		return r;
	make_room(&list, list.table.count);
	for (size_t i = 0; !r && i < list.count; i++) {
		list.devices[i] =
			(struct devlist_device){ .unit = 1, .every = every, .timeout = timeout };
		r = read_row(&list, i, ret_error);
	}
	if (!r && !list.count)
		r = text_refuse(ret_error, "%s: there is no device in this list", path);
	if (r < 0)
		free_list(&list);
	else
		*ret = list;
	return r;
}

int devlist_single(
	const struct devlist_device *device, const char *map, struct devlist *ret, char **ret_error)
{
	struct devlist list = { 0 };
	int r;

	make_room(&list, 1);
	list.devices[0] = *device;
	r = find_map(&list, map, &list.devices[0].map, ret_error);
	if (r < 0)
		free_list(&list);
	else
		*ret = list;
	return r;
}
