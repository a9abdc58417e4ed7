/* A device's register map: which register becomes which field, from a CSV file
 * (schemas/devices/README.md tells its columns). A map is read once and then only looked at, from
 * any thread. */
#ifndef DUTO_DEVMAP_H
#define DUTO_DEVMAP_H

#include <stddef.h>
#include <stdint.h>

#include "csv/table.h"
#include "register.h"
#include "str.h"

/* Modbus functions that read (Application Protocol V1.1b3, chapter 6). */
enum {
	DEVMAP_COILS = 1,
	DEVMAP_DISCRETE_INPUTS = 2,
	DEVMAP_HOLDING_REGISTERS = 3,
	DEVMAP_INPUT_REGISTERS = 4,
};

enum devmap_confidence {
	DEVMAP_CONFIDENCE_UNKNOWN,
	DEVMAP_CONFIDENCE_LOW,
	DEVMAP_CONFIDENCE_MEDIUM,
	DEVMAP_CONFIDENCE_HIGH,
};

struct devmap_field {
	struct str name, unit, label; /* unit and label may be empty */
	uint16_t address;	      /* on the wire, from 0 */
	uint8_t function;	      /* to read it with: 1 to 4 */
	uint8_t functions;	      /* bit n: function n answers the same */
	struct register_format format;
	double low, high; /* NAN: not known */
	enum devmap_confidence confidence;
};

struct devmap {
	struct devmap_field *fields; /* in the file's order, at least one */
	size_t count;
	struct table table; /* holds the fields' texts */
};

/* Reads a map. On failure returns -errno (-EINVAL: what it says is wrong) and a malloc'ed message,
 * "mill.csv:4:9: expected ...", in *ret_error. */
int devmap_load(const char *path, struct devmap **ret, char **ret_error);
void devmap_free(struct devmap *map);

/* How many registers, or bits, a field takes. */
unsigned devmap_width(const struct devmap_field *field);

/* A function that reads bits rather than registers. */
bool devmap_reads_bits(uint8_t function);

#endif
