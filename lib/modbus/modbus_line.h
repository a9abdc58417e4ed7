/* A Modbus line: a connection and its devices, read on time by a thread of its own, so that a
 * device that is away hurts nobody on another line.
 *
 * Every device is read at once, then on multiples of its period by the wall clock; periods missed
 * are left out. Each time one struct modbus_reading goes to the queue, whatever happened. */
#ifndef DUTO_MODBUS_LINE_H
#define DUTO_MODBUS_LINE_H

#include <stdint.h>

#include "modbus_master.h"
#include "queue.h"

struct modbus_line;

/* Takes the master over; all lines may share the queue. count: readings of each device, then the
 * thread ends; 0: for ever. */
struct modbus_line *modbus_line_open(
	struct modbus_master *master, struct queue *to, uint64_t count);

/* Before the start; the device and its map must stay. */
void modbus_line_add(
	struct modbus_line *line, const struct devlist_device *device, uint32_t number);

/* Starts the thread; it runs until the queue is stopped or the process ends. 0 or -errno. */
int modbus_line_start(struct modbus_line *line);

#endif
