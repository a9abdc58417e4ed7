/* YAML as pipelines, models and maps are written in it. */
#include "pipeline/yaml.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct yaml *y;
	char *error;
	int r = yaml_parse("input", (struct str){ (const char *)data, len }, &y, &error);
	if (r == 0)
		yaml_close(y);
	else
		free(error);
	return 0;
}
