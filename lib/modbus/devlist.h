/* The devices of a plant, from a CSV file of the columns
 *     source   what the device's samples are called, plant/line1/meter3
 *     address  tcp://HOST:PORT; several units may share one
 *     unit     the Modbus unit behind it (0 to 247, 255); 1 where absent
 *     map      its register map: a file beside this one, or one that ships
 *     every    how often it is read, 5s; as the option says where absent or empty
 *     timeout  how long an answer may take; likewise
 */
#ifndef DUTO_DEVLIST_H
#define DUTO_DEVLIST_H

#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "devmap.h"

#define DEVLIST_PORT "502" /* Modbus TCP's own */

struct devlist_device {
	struct str source;
	struct address address;
	int unit;
	const struct devmap *map;
	int64_t every, timeout; /* nanoseconds */
};

struct devlist {
	struct devlist_device *devices;
	size_t count;
	struct devmap **maps;
	size_t maps_count;
	struct table table;
};

/* Reads a list and its maps. every and timeout: the defaults. 0, or -errno and a malloc'ed message.
 */
int devlist_load(
	const char *path, int64_t every, int64_t timeout, struct devlist *ret, char **ret_error);

/* One device, told by options. address and source are borrowed. */
int devlist_single(const struct devlist_device *device, const char *map, struct devlist *ret,
	char **ret_error);

/* "1"; 0 or -EINVAL. */
int devlist_unit(struct str text, int *ret);

/* The address of a device; 0, or -EINVAL and what was expected. */
int devlist_address(struct str text, struct address *ret, const char **ret_expected);

#endif
