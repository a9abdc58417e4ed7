/* Rates of URDB, and the tariffs that are made of them. */
#include "urdb/urdb.h"

#include "fuzz.h"
#include "tariff/tariff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct urdb_terms terms = {
		.path = "rate.json", .index = -1, .zone = "UTC", .currency = "USD"
	};
	struct buffer yaml = { 0 };
	struct mistakes mistakes = { 0 };
	struct tariff *t;
	char *error = NULL;
	if (urdb_tariff((struct str){ (const char *)data, len }, &terms, &yaml, &mistakes) == 0 &&
		tariff_load(fuzz_file(yaml.data, yaml.len), NULL, &t, &error) == 0)
		tariff_free(t);
	free(error);
	mistake_free(&mistakes);
	buffer_free(&yaml);
	return 0;
}
