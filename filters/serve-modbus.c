/* Serves the newest sample of each source as a unit of a Modbus TCP slave (lib/modbus/modbus_slave.h). */
#include <inttypes.h>
#include <stdlib.h>

#include "address.h"
#include "allocate.h"
#include "filter.h"
#include "modbus/devlist.h"
#include "modbus/modbus_slave.h"
#include "modbus/tcp_server.h"
#include "shipped.h"

enum { BACKLOG = 128, LINGER_TURN_MS = 100 };

static const char *listen_at, *map_name;
static struct opt_list units_given;
static int64_t clients_max = 256, linger;

static const struct opt options[] = {
	{ "listen", OPT_TEXT, &listen_at, "HOST:PORT",
		"where to listen; port 0: a free one, told on standard error", .required = true,
		.incidental = true },
	{ "map", OPT_TEXT, &map_name, "FILE", "register map, here or among those that ship",
		.required = true },
	{ "units", OPT_LIST, &units_given, "SOURCE=N,...",
		.help = "the unit of each source; others are not served" },
	{ "clients", OPT_INTEGER, &clients_max, "N",
		"connections at once; one more ends the one idle for longest", .min = 1,
		.max = 1000, .incidental = true },
	{ "linger", OPT_DURATION, &linger, "1h", "go on serving for so long after the input ended",
		.incidental = true },
	OPT_END,
};

/* A source and its unit; source NULL: the number is free. */
static struct {
	char *source;
	struct modbus_unit unit;
} units[MODBUS_UNIT_MAX + 1];

static struct devmap *map;
static struct field *looked_for; /* the map's fields */
static struct tcp_server *server;

static void assign(struct str source, int unit)
{
	units[unit].unit.map = map;
	units[unit].source = or_abort(strndup(source.data, source.len));
}

static void read_units(void)
{
	for (size_t i = 0; i < units_given.count; i++) {
		const char *word = units_given.words[i], *equals = strrchr(word, '=');
		int unit;
		if (!equals || equals == word || devlist_unit(str(equals + 1), &unit) < 0 ||
			unit < 1 || unit > MODBUS_UNIT_MAX)
			die_config("--units: expected SOURCE=1 to SOURCE=%d, found \"%s\"",
				MODBUS_UNIT_MAX, word);
		if (units[unit].source)
			die_config("--units: unit %d comes twice", unit);
		assign((struct str){ word, (size_t)(equals - word) }, unit);
	}
}

static void load_map(void)
{
	char *path, *error;

	if (shipped_find("devices", map_name, NULL, &path, &error) < 0 ||
		devmap_load(path, &map, &error) < 0)
		die_config("%s", error);
	free(path);
	looked_for = allocate(map->count, sizeof(*looked_for));
	for (size_t i = 0; i < map->count; i++)
		looked_for[i].name = map->fields[i].name;
}

/* 255 and 0 stand for the device itself where there is but one behind an address. */
static const struct modbus_unit *find_unit(int number)
{
	if (number == 0 || number == 255)
		for (number = 1; number < MODBUS_UNIT_MAX && !units[number].source;)
			number++;
	return number <= MODBUS_UNIT_MAX && units[number].source ? &units[number].unit : NULL;
}

static int answer(const uint8_t *data, size_t len, struct buffer *to)
{
	int used = modbus_slave_length(data, len);

	if (used > 0)
		to->len += modbus_slave_answer(find_unit(modbus_slave_unit(data)), data,
			buffer_reserve(to, MODBUS_FRAME_MAX));
	return used;
}

static void on_ready(int fd)
{
	tcp_server_ready(server, fd);
}

static void on_client(int fd, bool open)
{
	watch(fd, open ? on_ready : NULL);
}

static const struct tcp_server_calls calls = { answer, on_client };

static void start(void)
{
	struct address at;
	int listener;

	if (address_parse(str(listen_at), DEVLIST_PORT, &at) < 0)
		die_config("--listen: expected HOST:PORT, found \"%s\"", listen_at);
	load_map();
	read_units();
	if (checking())
		return;
	listener = address_listen(&at, BACKLOG);
	if (listener < 0)
		die_system("%s: %s", listen_at, strerror(-listener));
	server = tcp_server_open(listener, (size_t)clients_max, &calls);
	watch(listener, on_ready);
	notice("listens on %s:%s", at.host, at.port);
}

/* The unit of a source; without --units, the next free one. 0: none. */
static int unit_of(struct str source)
{
	static int last;

	if (last && str_eq(source, str(units[last].source)))
		return last;
	for (int i = 1; i <= MODBUS_UNIT_MAX; i++) {
		if (!units[i].source && !units_given.count)
			assign(source, i);
		if (units[i].source && str_eq(source, str(units[i].source)))
			return last = i;
	}
	return 0;
}

static bool is_number(const struct wire *v)
{
	return v->type == WIRE_BOOL || v->type == WIRE_INT || v->type == WIRE_UINT ||
	       v->type == WIRE_DOUBLE;
}

static void keep_value(const struct sample *s, struct field *f, struct wire *to)
{
	struct wire v;

	if (sample_find(s, f, &v) && is_number(&v) && !status_is_bad(sample_status(s, f->name)))
		*to = v;
	else
		*to = (struct wire){ .type = WIRE_NIL };
}

static void on_sample(struct sample *s)
{
	struct modbus_unit *u;
	int unit;

	if (!sample_is_measurement(s))
		return;
	unit = unit_of(s->source);
	if (!unit) {
		drop("a source that has no unit", "%.*s", STR_ARG(s->source));
		return;
	}
	u = &units[unit].unit;
	if (!u->values)
		u->values = allocate(map->count, sizeof(*u->values));
	for (size_t i = 0; i < map->count; i++)
		keep_value(s, &looked_for[i], &u->values[i]);
}

/* The library's loop is over by now. */
static void end(void)
{
	int64_t until = clock_monotonic() + linger;

	while (server && !stopping() && clock_monotonic() < until)
		tcp_server_wait(server, LINGER_TURN_MS);
}

static void fields(struct fields *f)
{
	char name[128];

	for (size_t i = 0; i < map->count; i++) {
		snprintf(name, sizeof(name), "%.*s", STR_ARG(map->fields[i].name));
		fields_need(f, name, NULL);
	}
}

const struct filter filter = {
	.summary = "serve the newest samples as a Modbus TCP slave",
	.details = "Each source is a unit of its own, numbered from 1 in the order in which the\n"
		   "sources come, or as --units says; units 0 and 255 stand for the first. What a "
		   "unit\n"
		   "answers is laid out by the map, under the functions that the map names (1 to "
		   "4).\n"
		   "Measurements only; other kinds are passed over.\n\n"
		   "A register that the map does not have, or a part of a value, is exception 2. "
		   "A\n"
		   "value that is not there to give (absent, Bad, not a number, beyond its "
		   "register's\n"
		   "range) is NaN in a float register, exception 4 in any other. A unit whose "
		   "source\n"
		   "has not come yet is exception 11. Writing is exception 1.\n\n"
		   "It ends with its input. --linger goes on serving the last values, for trials.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.fields = fields,
	.no_output = true,
	.reach = REACH_LISTENER,
};
