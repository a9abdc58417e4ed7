/* Forest models. */
#include "forest/forest.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct forest *f;
	char *error;
	if (forest_load(fuzz_file(data, len), &f, &error) < 0)
		free(error);
	else
		forest_close(f);
	return 0;
}
