#include "modbus_master.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

#include "allocate.h"
#include "modbus_exception.h"
#include "readplan.h"
#include "retry.h"
#include "status.h"

/* Why nothing is asked for a while. */
struct trouble {
	struct retry retry;
	uint32_t status;
	char problem[MODBUS_PROBLEM_MAX];
};

struct modbus_device {
	const struct devlist_device *known;
	struct readplan plan;
	bool replan; /* the plan was cut for one reading only */
	struct trouble trouble;
	size_t reading_size;
	struct modbus_reading *reading;
};

struct modbus_master {
	struct address address;
	unsigned block_max, gap_max;
	modbus_t *modbus;
	bool connected, idle; /* idle: nothing was asked yet in this reading */
	struct trouble trouble;
	uint16_t words[READPLAN_BLOCK_MAX * READPLAN_BITS_PER_REGISTER];
	uint8_t bits[READPLAN_BLOCK_MAX * READPLAN_BITS_PER_REGISTER];
};

static void failed(struct trouble *t, uint32_t status, const char *problem)
{
	retry_failed(&t->retry);
	t->status = status;
	snprintf(t->problem, sizeof(t->problem), "%s", problem);
}

static void connect_master(struct modbus_master *m, int64_t timeout)
{
	const char *problem = "too many open files";
	int fd = address_connect(&m->address, timeout, &problem);

	if (fd >= FD_SETSIZE) { /* libmodbus uses select */
		close(fd);
		fd = -EMFILE;
	}
	if (fd < 0) {
		failed(&m->trouble, STATUS_BAD_NO_COMMUNICATION, problem);
		return;
	}
	modbus_set_socket(m->modbus, fd);
	m->connected = true;
	retry_succeeded(&m->trouble.retry);
}

static void disconnect(struct modbus_master *m)
{
	modbus_close(m->modbus);
	m->connected = false;
}

static int request_bits(struct modbus_master *m, const struct read_block *b)
{
	int r = b->function == DEVMAP_COILS
			? modbus_read_bits(m->modbus, b->address, b->count, m->bits)
			: modbus_read_input_bits(m->modbus, b->address, b->count, m->bits);

	for (int i = 0; i < r; i++)
		m->words[i] = m->bits[i];
	return r;
}

static int request(struct modbus_master *m, const struct read_block *b)
{
	if (devmap_reads_bits(b->function))
		return request_bits(m, b);
	if (b->function == DEVMAP_HOLDING_REGISTERS)
		return modbus_read_registers(m->modbus, b->address, b->count, m->words);
	return modbus_read_input_registers(m->modbus, b->address, b->count, m->words);
}

/* Asks for a block; an idle connection that turns out to be closed is made anew once. 0, an
 * exception's code, or -errno: the connection is of no more use. */
static int read_block(
	struct modbus_master *m, const struct modbus_device *d, const struct read_block *b)
{
	bool was_idle = m->idle;
	int error;

	m->idle = false;
	if (request(m, b) >= 0)
		return 0;
	error = errno;
	if (error > MODBUS_ENOBASE && error <= EMBXGTAR)
		return error - MODBUS_ENOBASE;
	disconnect(m);
	if (!was_idle || error == ETIMEDOUT)
		return -error;
	connect_master(m, d->known->timeout);
	return m->connected ? read_block(m, d, b) : -error;
}

static void refuse(struct modbus_device *d, const struct read_block *b, uint32_t status, int code)
{
	for (uint32_t i = b->first; i < b->first + b->fields; i++)
		d->reading->values[d->plan.order[i]] = (struct modbus_value){
			.value = { .type = WIRE_NIL }, .status = status, .exception = (uint8_t)code
		};
}

static void decode(
	const struct modbus_master *m, struct modbus_device *d, const struct read_block *b)
{
	for (uint32_t i = b->first; i < b->first + b->fields; i++) {
		const struct devmap_field *f = &d->plan.map->fields[d->plan.order[i]];
		struct modbus_value *v = &d->reading->values[d->plan.order[i]];
		v->status = register_decode(
			&f->format, m->words + (f->address - b->address), &v->value);
		v->exception = 0;
	}
}

/* Whether smaller blocks are to be tried. A device's failure may be that of one value, and pass. */
static bool cut(struct modbus_device *d, size_t block, int code)
{
	if (!modbus_exception_is_of_request(code) || !readplan_split(&d->plan, block))
		return false;
	d->replan |= code == MODBUS_DEVICE_FAILURE;
	return true;
}

static void not_there(struct modbus_device *d, const struct trouble *why)
{
	for (size_t i = 0; i < d->plan.map->count; i++)
		d->reading->values[i] = (struct modbus_value){ .value = { .type = WIRE_NIL },
			.status = why->status };
	d->reading->status = why->status;
	memcpy(d->reading->problem, why->problem, sizeof(why->problem));
}

/* The connection broke before anything was answered: because it could not be made anew, or by the
 * device, which is then left alone for a while. */
static void lose_device(struct modbus_master *m, struct modbus_device *d, int error)
{
	if (!retry_is_due(&m->trouble.retry)) {
		not_there(d, &m->trouble);
		return;
	}
	if (error == ETIMEDOUT)
		failed(&d->trouble, STATUS_BAD_TIMEOUT, "no answer in time");
	else
		failed(&d->trouble, STATUS_BAD_COMMUNICATION_ERROR, modbus_strerror(error));
	not_there(d, &d->trouble);
}

static void lose_rest(struct modbus_device *d, size_t block, int error)
{
	uint32_t status = error == ETIMEDOUT ? STATUS_BAD_TIMEOUT : STATUS_BAD_COMMUNICATION_ERROR;

	for (size_t b = block; b < d->plan.count; b++)
		refuse(d, &d->plan.blocks[b], status, 0);
}

static void read_blocks(struct modbus_master *m, struct modbus_device *d)
{
	m->idle = true;
	for (size_t b = 0; b < d->plan.count;) {
		int r = read_block(m, d, &d->plan.blocks[b]);
		if (r < 0 && b == 0)
			return lose_device(m, d, -r);
		if (r < 0)
			return lose_rest(d, b, -r);
		if (b == 0 && modbus_exception_is_away(r)) {
			failed(&d->trouble, modbus_exception_status(r), modbus_exception_text(r));
			return not_there(d, &d->trouble);
		}
		if (r > 0 && cut(d, b, r))
			continue;
		if (r > 0)
			refuse(d, &d->plan.blocks[b], modbus_exception_status(r), r);
		else
			decode(m, d, &d->plan.blocks[b]);
		b++;
	}
	retry_succeeded(&d->trouble.retry);
}

static void make_plan(const struct modbus_master *m, struct modbus_device *d)
{
	readplan_free(&d->plan);
	readplan_make(&d->plan, d->known->map, m->block_max, m->gap_max);
	d->replan = false;
}

/* A byte timeout of 0: the whole answer has to come within the response timeout. */
static void prepare(struct modbus_master *m, const struct devlist_device *known)
{
	uint32_t seconds = (uint32_t)(known->timeout / SECONDS),
		 rest = (uint32_t)(known->timeout % SECONDS / 1000);

	modbus_set_response_timeout(m->modbus, seconds, seconds || rest ? rest : 1);
	modbus_set_byte_timeout(m->modbus, 0, 0);
	modbus_set_slave(m->modbus, known->unit);
}

const struct modbus_reading *modbus_device_read(
	struct modbus_master *m, struct modbus_device *d, size_t *ret_size)
{
	d->reading->time = clock_wall();
	d->reading->status = STATUS_GOOD;
	d->reading->problem[0] = '\0';
	*ret_size = d->reading_size;
	if (!m->connected && retry_is_due(&m->trouble.retry)) {
		connect_master(m, d->known->timeout);
		d->replan = true; /* it may have been exchanged */
	}
	if (d->replan)
		make_plan(m, d);
	prepare(m, d->known);
	if (!m->connected)
		not_there(d, &m->trouble);
	else if (!retry_is_due(&d->trouble.retry))
		not_there(d, &d->trouble);
	else
		read_blocks(m, d);
	return d->reading;
}

struct modbus_master *modbus_master_open(
	const struct address *address, unsigned block_max, unsigned gap_max)
{
	struct modbus_master *m = allocate(1, sizeof(*m));

	m->address = *address;
	m->block_max = block_max;
	m->gap_max = gap_max;
	m->modbus = modbus_new_tcp_pi(address->host, address->port);
	if (!m->modbus)
		abort();
	return m;
}

struct modbus_device *modbus_device_open(
	struct modbus_master *m, const struct devlist_device *known, uint32_t number)
{
	struct modbus_device *d = allocate(1, sizeof(*d));

	d->known = known;
	d->reading_size = sizeof(*d->reading) + known->map->count * sizeof(*d->reading->values);
	d->reading = allocate(1, d->reading_size);
	d->reading->device = number;
	make_plan(m, d);
	return d;
}

void modbus_device_close(struct modbus_device *d)
{
	readplan_free(&d->plan);
	free(d->reading);
	free(d);
}

void modbus_master_close(struct modbus_master *m)
{
	modbus_close(m->modbus);
	modbus_free(m->modbus);
	free(m);
}
