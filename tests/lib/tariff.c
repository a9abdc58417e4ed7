/* Tariffs: that those which ship are read, that damaged ones are read or refused at a place, and
 * what a bill says beside its lines. */
#include "tariff/tariff.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "tap.h"
#include "tariff/bill.h"

static char path[] = "/tmp/tariff-XXXXXX";

static struct tariff *load(struct str text, char **ret_error)
{
	struct tariff *t = NULL;
	*ret_error = NULL;
	if (file_replace(path, text))
		abort();
	return tariff_load(path, NULL, &t, ret_error) ? NULL : t;
}

/* A use of one slot in a cycle of 30 days. */
static int bill_of(const struct tariff *t, decimal energy, struct bill *ret, char **ret_error)
{
	static uint8_t state[1] = { SLOT_MEASURED };
	static const struct contract none;
	int64_t start = 20544 * INT64_C(86400) * SECONDS;
	struct usage u = { .cycle = { start, start + 30 * INT64_C(86400) * SECONDS, 20544, 20574 },
		.slots = { start, 1, &energy, NULL, NULL, NULL, state } };
	return bill_make(t, &u, &none, ret, ret_error);
}

/* Cut or spoilt anywhere, a tariff is taken or refused with its place. */
static void spoil(struct str whole, const char *name)
{
	struct buffer b = { 0 };
	int refused = 0, placed = 0;
	for (size_t i = 0; i < whole.len; i += 13) {
		char *error;
		b.len = 0;
		buffer_add_str(&b, whole);
		if (i % 2)
			b.len = i;
		else
			b.data[i] = "{}[]:,#x-9\n "[i / 13 % 12];
		struct tariff *t = load(buffer_str(&b), &error);
		refused += !t;
		placed += !t && error && strstr(error, path);
		if (t)
			tariff_free(t);
		free(error);
	}
	ok(refused > 0 && refused == placed, "%s spoilt: %d refused, each with a place", name,
		refused);
	buffer_free(&b);
}

static void shipped(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort), read = 0;
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		char file[512], *error = NULL;
		struct buffer text = { 0 };
		struct tariff *t;
		snprintf(file, sizeof(file), "%s/%s", folder, name);
		if (strstr(name, ".yaml") && strcmp(name, "bandeiras.yaml")) {
			if (ok(tariff_load(name, NULL, &t, &error) == 0, "%s is read%s", name,
				    error ?: ""))
				tariff_free(t);
			read++;
			file_read(file, 1 << 20, &text);
			spoil(buffer_str(&text), name);
		}
		free(error);
		buffer_free(&text);
		free(entries[i]);
	}
	free(entries);
	ok(read >= 8, "%d tariffs ship", read);
}

static void a_bill(void)
{
	char *error, text[DECIMAL_TEXT] = { 0 };
	struct bill bill;
	struct tariff *t = load(STR("tariff: t\ntaxes:\n"
				    "  - { code: a, rate: 0.05 }\n"
				    "  - { code: b, rate: 0.2, step: 2 }\n"
				    "  - { code: c, rate: 0.1, method: on-top }\n"
				    "charges: [{ code: e, kind: energy, rate: 0.76 }]\n"),
		&error);
	if (!ok(t && bill_of(t, 100 * DECIMAL_ONE, &bill, &error) == 0, "a bill is made"))
		return;
	decimal_print_product(text, bill.total, 2);
	is_str(text, "110.00", "76 / (0.95 x 0.8) and a tenth on top");
	ok(bill.tax_count == 3 && bill.taxes[1].amount == decimal_widen(20 * DECIMAL_ONE) &&
			bill.taxes[0].base == decimal_widen(80 * DECIMAL_ONE) &&
			bill.taxes[0].amount == decimal_widen(4 * DECIMAL_ONE),
		"the later step is of the whole, the first of what that leaves");
	ok(bill.measures.demand[0] == 400 * DECIMAL_ONE, "100 kWh in a quarter are 400 kW");
	bill_free(&bill);
	ok(bill_of(t, INT64_MAX, &bill, &error) == -EOVERFLOW, "what is too large makes no bill");
	free(error);
	tariff_free(t);
}

int main(void)
{
	int fd = mkstemp(path);
	shipped("schemas/tariffs");
	a_bill();
	close(fd);
	unlink(path);
	return done();
}
