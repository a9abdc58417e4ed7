/* Pipeline files: the same file has the same mistakes, each with a place. */
#include "pipeline/pipeline.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pipeline *p = pipeline_open(fuzz_file(data, len));
	pipeline_close(p);
	return 0;
}
