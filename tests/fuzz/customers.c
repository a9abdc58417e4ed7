/* Customer files, each row by a tariff that ships. */
#include "account/customers.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct customer_terms terms = {
		.tariff = "a4-azul.yaml", .contract = "ponta=1 fora_ponta=2", .cycle = "day 1"
	};
	struct customers customers;
	char *error = NULL;
	if (customers_load(fuzz_file(data, len), &terms, &customers, &error) == 0) {
		customers_find(&customers, STR("a"));
		customers_free(&customers);
	}
	free(error);
	return 0;
}
