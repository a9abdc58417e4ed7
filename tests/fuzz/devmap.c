/* Register maps of devices. */
#include "modbus/devmap.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct devmap *map;
	char *error;
	if (devmap_load(fuzz_file(data, len), &map, &error) < 0)
		free(error);
	else
		devmap_free(map);
	return 0;
}
