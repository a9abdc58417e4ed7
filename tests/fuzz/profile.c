/* Power-quality profiles. */
#include "power_quality/profile.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct profile p = { 0 };
	char *error;
	if (profile_load(fuzz_file(data, len), 127, &p, &error) < 0) {
		free(error);
		return 0;
	}
	profile_class_name(&p, profile_class(&p, 1000000000), DISTURBANCE_SWELL);
	profile_free(&p);
	return 0;
}
