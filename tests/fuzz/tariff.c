/* Tariffs, and the bills that those make which can be read. */
#include "tariff/bill.h"

#include "fuzz.h"

enum { SLOTS = 2 * 96 };

/* Two days of readings with gaps, and totals. */
static struct usage some_use(const struct tariff *t)
{
	static decimal import[SLOTS], inductive[SLOTS], capacitive[SLOTS];
	static uint8_t state[SLOTS];
	static struct usage_totals totals = { .import = { 1234567890123 },
		.demand = { 98765432109 },
		.inductive = { 345678901234 } };
	int64_t first = 1775001600 * SECONDS;
	for (int i = 0; i < SLOTS; i++) {
		import[i] = (decimal)i * 123456789;
		inductive[i] = (decimal)(i % 7) * 98765432;
		capacitive[i] = (decimal)(i % 5) * 87654321;
		state[i] = (uint8_t)(i % 3);
	}
	return (struct usage){
		.cycle = { first, first + SLOTS * t->interval, 20544, 20574 },
		.slots = { first, SLOTS, import, NULL, inductive, capacitive, state },
		.totals = &totals,
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct contract contract = {
		.contracts = { { { "", 0 }, 100000000000 } },
		.count = 1,
		.history = { { 20500, 120000000000 } },
		.history_count = 1,
	};
	struct tariff *t;
	struct bill bill;
	char *error = NULL;
	if (tariff_load(fuzz_file(data, len), NULL, &t, &error) == 0) {
		struct usage usage = some_use(t);
		if (bill_make(t, &usage, &contract, &bill, &error) == 0)
			bill_free(&bill);
		tariff_free(t);
	}
	free(error);
	return 0;
}
