/* Reads devices over Modbus TCP. The lines' threads (lib/modbus/modbus_line.h) do the reading; here
 * readings become samples. */
#include <inttypes.h>
#include <stdlib.h>

#include "allocate.h"
#include "filter.h"
#include "modbus/devlist.h"
#include "modbus/modbus_exception.h"
#include "modbus/modbus_line.h"
#include "modbus/readplan.h"
#include "queue.h"
#include "shipped.h"

enum { QUEUE_BYTES = 4 << 20 };

static const char *device, *map_name, *source = "modbus", *devices_file;
static int64_t unit = 1, every = 1000000000, timeout = 1000000000;
static int64_t count, block_max = READPLAN_BLOCK_MAX, gap_max = 8;

static const struct opt options[] = {
	{ "device", OPT_TEXT, &device, "tcp://HOST:PORT", "the device to read",
		.incidental = true },
	{ "unit", OPT_INTEGER, &unit, "N", "its Modbus unit: 0 to 247, or 255", .max = 255 },
	{ "map", OPT_TEXT, &map_name, "FILE",
		.help = "its register map, here or among those that ship" },
	{ "source", OPT_TEXT, &source, "PATH", .help = "what its samples are called" },
	{ "devices", OPT_TEXT, &devices_file, "FILE",
		.help = "many devices: a CSV file of source,address,unit,map[,every,timeout]; sim: "
			"two simulated meters on this machine (schemas/meters/sim.csv)" },
	{ "every", OPT_DURATION, &every, "1s", "how often each is read", .min = 0.001, .max = 1e8 },
	{ "timeout", OPT_DURATION, &timeout, "1s", "how long an answer may take", .min = 0.001,
		.max = 60, .incidental = true },
	{ "count", OPT_INTEGER, &count, "N", "end after N readings of each device; 0 goes on",
		.max = 1e15 },
	{ "max-block", OPT_INTEGER, &block_max, "N", "registers asked for at once, at most",
		.min = REGISTER_WORDS_MAX, .max = READPLAN_BLOCK_MAX },
	{ "max-gap", OPT_INTEGER, &gap_max, "N",
		"registers of no field read along between two, at most",
		.max = READPLAN_BLOCK_MAX },
	OPT_END,
};

/* What is known of a device while it runs. */
struct reader {
	struct announced_field *fields;
	bool *told; /* of each field: its exception has been reported */
	bool announced, away;
	char problem[MODBUS_PROBLEM_MAX];
	uint64_t readings;
};

static struct devlist list;
static struct reader *readers;
static struct queue *queue;
static size_t away_count, done_count;

static void load_single(void)
{
	struct devlist_device single = {
		.source = str(source), .unit = (int)unit, .every = every, .timeout = timeout
	};
	const char *expected;
	char *error;

	if (!device || !map_name)
		die_config("expected --device and --map, or --devices");
	if (unit > 247 && unit != 255)
		die_config("--unit: expected 0 to 247, or 255, found %" PRId64, unit);
	if (devlist_address(str(device), &single.address, &expected) < 0)
		die_config("--device: expected %s, found \"%s\"", expected, device);
	if (devlist_single(&single, map_name, &list, &error) < 0)
		die_config("%s", error);
}

static void load_list(void)
{
	const char *name = strcmp(devices_file, "sim") ? devices_file : "sim.csv";
	char *path, *error;

	if (device || map_name)
		die_config("--devices names devices and maps: leave out --device and --map");
	if (shipped_find("meters", name, NULL, &path, &error) < 0 ||
		devlist_load(path, every, timeout, &list, &error) < 0)
		die_config("%s", error);
	free(path);
}

static void load(void)
{
	if (devices_file)
		load_list();
	else
		load_single();
}

static int decimals_of(const struct register_format *f)
{
	return f->type == REGISTER_F32 || f->type == REGISTER_F64 ? -1 : (int)f->scale.digits;
}

static void make_reader(struct reader *reader, const struct devmap *map)
{
	reader->fields = allocate(map->count, sizeof(*reader->fields));
	reader->told = allocate(map->count, sizeof(*reader->told));
	for (size_t i = 0; i < map->count; i++) {
		const struct devmap_field *f = &map->fields[i];
		reader->fields[i] = (struct announced_field){ f->name,
			{ .unit = f->unit,
				.label = f->label,
				.low = f->low,
				.high = f->high,
				.decimals = decimals_of(&f->format) } };
	}
}

static bool same_address(const struct address *a, const struct address *b)
{
	return !strcmp(a->host, b->host) && !strcmp(a->port, b->port);
}

/* One line for each address, with all devices that have it. */
static void start_line(size_t first)
{
	const struct address *address = &list.devices[first].address;
	struct modbus_line *line;
	int r;

	for (size_t i = 0; i < first; i++)
		if (same_address(&list.devices[i].address, address))
			return;
	line = modbus_line_open(modbus_master_open(address, (unsigned)block_max, (unsigned)gap_max),
		queue, (uint64_t)count);
	for (size_t i = first; i < list.count; i++)
		if (same_address(&list.devices[i].address, address))
			modbus_line_add(line, &list.devices[i], (uint32_t)i);
	r = modbus_line_start(line);
	if (r < 0)
		die_system("no thread for %s:%s: %s", address->host, address->port, strerror(-r));
}

static void on_queue(int fd)
{
	(void)fd;
	queue_acknowledge(queue);
}

static void start(void)
{
	int r;

	load();
	if (checking())
		return;
	readers = allocate(list.count, sizeof(*readers));
	for (size_t i = 0; i < list.count; i++)
		make_reader(&readers[i], list.devices[i].map);
	r = queue_open(QUEUE_BYTES, &queue);
	if (r < 0)
		die_system("no queue: %s", strerror(-r));
	watch(queue_fd(queue), on_queue);
	for (size_t i = 0; i < list.count; i++)
		start_line(i);
}

static void show_status(void)
{
	size_t first = 0;

	while (first < list.count && !readers[first].away)
		first++;
	if (first < list.count)
		status_line("%zu of %zu devices away: %.*s: %s", away_count, list.count,
			STR_ARG(list.devices[first].source), readers[first].problem);
	else
		status_line("%zu of %zu devices answer", list.count, list.count);
}

static void tell_presence(struct reader *reader, const struct devlist_device *d, bool away)
{
	if (away)
		warning("%.*s: unit %d at %s:%s is away: %s", STR_ARG(d->source), d->unit,
			d->address.host, d->address.port, reader->problem);
	else if (reader->away)
		notice("%.*s: unit %d at %s:%s is back", STR_ARG(d->source), d->unit,
			d->address.host, d->address.port);
}

static void note_presence(
	struct reader *reader, const struct devlist_device *d, const struct modbus_reading *r)
{
	bool away = status_is_bad(r->status);

	memcpy(reader->problem, r->problem, sizeof(reader->problem));
	if (away == reader->away && reader->readings)
		return;
	tell_presence(reader, d, away);
	away_count += away;
	away_count -= reader->away;
	reader->away = away;
	show_status();
}

/* Tells once of a register that the device refuses. */
static void note_exception(
	struct reader *reader, const struct devlist_device *d, size_t i, uint8_t code)
{
	const struct devmap_field *f = &d->map->fields[i];

	if (reader->told[i])
		return;
	reader->told[i] = true;
	warning("%.*s: %.*s (function %d, wire address %d): exception %d, %s", STR_ARG(d->source),
		STR_ARG(f->name), f->function, f->address, code, modbus_exception_text(code));
}

static void add_value(struct sample_writer *w, struct str name, const struct wire *v)
{
	switch (v->type) {
	case WIRE_BOOL:
		sample_add_bool(w, name, v->b);
		break;
	case WIRE_INT:
		sample_add_integer(w, name, v->i);
		break;
	case WIRE_UINT:
		sample_add_unsigned(w, name, v->u);
		break;
	case WIRE_DOUBLE:
		sample_add_number(w, name, v->d);
		break;
	default:
		sample_add_nil(w, name);
	}
}

static void emit_reading(const struct modbus_reading *r)
{
	const struct devlist_device *d = &list.devices[r->device];
	struct reader *reader = &readers[r->device];
	struct sample_writer *w;

	note_presence(reader, d, r);
	if (!reader->announced)
		announce(r->time, d->source, reader->fields, d->map->count);
	reader->announced = true;
	w = emit_begin(r->time, d->source, STR(""));
	for (size_t i = 0; i < d->map->count; i++) {
		const struct modbus_value *v = &r->values[i];
		add_value(w, reader->fields[i].name, &v->value);
		if (v->status)
			sample_add_status(w, reader->fields[i].name, v->status);
		if (v->exception)
			note_exception(reader, d, i, v->exception);
	}
	emit_end();
	if (++reader->readings == (uint64_t)count)
		done_count++;
}

static bool produce(void)
{
	struct str message;

	while (queue_take(queue, &message)) {
		emit_reading((const struct modbus_reading *)message.data);
		if (done_count == list.count)
			return false;
	}
	wait_ready();
	return true;
}

static void end(void)
{
	if (queue)
		queue_stop(queue);
}

static void fields(struct fields *f)
{
	for (size_t i = 0; i < list.maps_count; i++)
		for (size_t k = 0; k < list.maps[i]->count; k++) {
			const struct devmap_field *field = &list.maps[i]->fields[k];
			fields_make_str(f, field->name, field->unit);
		}
}

const struct filter filter = {
	.summary = "read devices over Modbus TCP by register maps",
	.details = "Each period every device gives one sample, timed when its reading began: at "
		   "once,\n"
		   "then on the wall clock's multiples of the period. Devices at one address share "
		   "a\n"
		   "connection; each address has a thread of its own, so a device that is away "
		   "delays\n"
		   "no other.\n\n"
		   "A device that is away gives samples whose fields are nil with quality\n"
		   "BadNoCommunication or BadTimeout, and is tried again after 0.5 s, 1 s, 2 s, up "
		   "to\n"
		   "30 s. A register that it refuses has the quality of its exception; the others "
		   "are\n"
		   "read without it. A float that is NaN has quality BadNoData.\n\n"
		   "A map is a CSV file (schemas/devices/README.md tells its columns); those that "
		   "ship\n"
		   "are found by their name alone, as siemens-pac3200.csv.",
	.options = options,
	.start = start,
	.produce = produce,
	.end = end,
	.fields = fields,
	.clocked = true,
	.reach = REACH_CLIENT,
};
