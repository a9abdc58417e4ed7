/* Scaler models. */
#include "scaler.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct scaler s = { 0 };
	char *error;
	if (scaler_load(fuzz_file(data, len), &s, &error) < 0)
		free(error);
	else
		scaler_free(&s);
	return 0;
}
