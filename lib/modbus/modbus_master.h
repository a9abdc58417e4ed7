/* Reads devices over one Modbus connection, by libmodbus. It blocks, up to the device's timeout for
 * each request: a connection and its devices belong to one thread.
 *
 * What a device refuses is cut into smaller blocks until the values that can be read are read: for
 * as long as the connection lasts after exceptions 2 and 3, for this reading after 4. A connection
 * that cannot be made, and a device that answers nothing, are left alone for a while (retry.h):
 * readings are Bad at once then. A connection that the other side closed while it was idle is made
 * anew within the reading. */
#ifndef DUTO_MODBUS_MASTER_H
#define DUTO_MODBUS_MASTER_H

#include <stdint.h>

#include "devlist.h"
#include "wire.h"

enum { MODBUS_PROBLEM_MAX = 128 };

struct modbus_value {
	struct wire value; /* nil where the status is Bad */
	uint32_t status;
	uint8_t exception; /* the device's, where it gave one */
};

struct modbus_reading {
	uint32_t device;		  /* the number it was opened with */
	uint32_t status;		  /* Bad: the device was not there to answer */
	int64_t time;			  /* wall clock, when the reading began */
	char problem[MODBUS_PROBLEM_MAX]; /* why, for people */
	struct modbus_value values[];	  /* one for each field of the map */
};

struct modbus_master;
struct modbus_device;

/* block_max and gap_max as in readplan.h. */
struct modbus_master *modbus_master_open(
	const struct address *address, unsigned block_max, unsigned gap_max);

/* known and its map must stay. */
struct modbus_device *modbus_device_open(
	struct modbus_master *m, const struct devlist_device *known, uint32_t number);

/* Reads the device, whatever happens; the reading, of *ret_size bytes, is valid until the next one.
 */
const struct modbus_reading *modbus_device_read(
	struct modbus_master *m, struct modbus_device *d, size_t *ret_size);

void modbus_device_close(struct modbus_device *d);
void modbus_master_close(struct modbus_master *m);

#endif
