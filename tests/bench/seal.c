/* Sealed blocks beside zstd -1 over the same maps: bytes a sample, and the rate of both directions in
 * raw values (eight bytes of time and eight a value), one core. Rounds of both are
 * interleaved; medians and their spread, of processor time, as other work shares the machine. */
#include "seal/seal.h"

#include <math.h>
#include <stdio.h>
#include <zstd.h>

#include "clock.h"
#include "sample.h"
#include "sim/meter.h"
#include "sim/mill.h"

enum { ROUNDS = 5, BLOCKS = 12, AT_LEAST_MS = 40 };

static const int64_t start_time = INT64_C(1767225600000000000);

struct block {
	struct buffer samples, sealed, packed;
	size_t count, values;
};

static void begin(
	struct block *b, struct sample_writer *w, int64_t time, const char *source, uint64_t seq)
{
	sample_begin(w, &b->samples, time, str(source), 7, seq, STR(""));
	b->count++;
}

/* What a plant's bus carries: 20 fields, ten times a second, rounded to tenths. */
static void add_plant(struct block *b, uint64_t seq)
{
	static struct sample_writer w;
	static struct random random;
	if (!seq)
		random_seed(&random, 1, 0);
	begin(b, &w, start_time + (int64_t)seq * 100000000, "plant/line1/meter3", seq);
	for (int i = 0; i < 20; i++) {
		char name[24];
		double v = 230 + 10 * i + 5 * sin((double)seq / 100 + i);
		snprintf(name, sizeof(name), "channel_%02d", i);
		sample_add_number(
			&w, str(name), round((v + 0.3 * random_normal(&random)) * 10) / 10);
	}
	b->values += 20;
	sample_end(&w);
}

static void add_meter(struct block *b, uint64_t seq)
{
	enum { METERS = 8 };
	static struct meter meters[METERS];
	static struct sample_writer w;
	struct meter_row r;
	char source[32];
	uint64_t i = seq % METERS;
	int64_t time = start_time + (int64_t)(seq / METERS) * SECONDS;
	if (seq < METERS)
		meter_begin(&meters[i], 1, i);
	meter_next(&meters[i], time, &r);
	snprintf(source, sizeof(source), "plant/feeder%d", (int)i);
	begin(b, &w, time, source, seq / METERS);
	const double *all = r.voltage;
	static const char *const names[] = { "voltage_l1", "voltage_l2", "voltage_l3",
		"voltage_l1_l2", "voltage_l2_l3", "voltage_l3_l1", "current_l1", "current_l2",
		"current_l3", "active_power", "reactive_power", "apparent_power", "power_factor",
		"frequency" };
	for (int k = 0; k < 14; k++)
		sample_add_number(&w, str(names[k]), all[k]);
	sample_add_integer(&w, STR("active_energy_import"), r.energy);
	sample_add_integer(&w, STR("reactive_energy_import"), r.reactive_energy);
	b->values += 16;
	sample_end(&w);
}

static void add_mill(struct block *b, uint64_t seq)
{
	static struct mill mill;
	static struct sample_writer w;
	struct mill_row r;
	char product[MILL_PRODUCT_TEXT];
	if (!seq)
		mill_begin(&mill, 1, 0);
	mill_next(&mill, &r);
	mill_product(&r, product);
	begin(b, &w, start_time + (int64_t)seq * SECONDS, "plant/mill1", seq);
	sample_add_integer(&w, STR("udi"), r.udi);
	sample_add_text(&w, STR("product_id"), str(product));
	sample_add_text(&w, STR("type"), (struct str){ &"LMH"[r.quality], 1 });
	sample_add_number(&w, STR("air_temperature"), r.air / 10.0);
	sample_add_number(&w, STR("process_temperature"), r.process / 10.0);
	sample_add_integer(&w, STR("rotational_speed"), r.speed);
	sample_add_number(&w, STR("torque"), r.torque / 10.0);
	sample_add_integer(&w, STR("tool_wear"), r.wear);
	const bool flags[] = { r.machine_failure, r.twf, r.hdf, r.pwf, r.osf, r.rnf };
	static const char *const names[] = { "machine_failure", "twf", "hdf", "pwf", "osf", "rnf" };
	for (int k = 0; k < 6; k++)
		sample_add_integer(&w, str(names[k]), flags[k]);
	b->values += 14;
	sample_end(&w);
}

/* Computed values: no decimals. */
static void add_computed(struct block *b, uint64_t seq)
{
	static struct sample_writer w;
	begin(b, &w, start_time + (int64_t)seq * 100000000, "plant/line1/model", seq);
	for (int i = 0; i < 20; i++) {
		char name[24];
		snprintf(name, sizeof(name), "channel_%02d", i);
		sample_add_number(&w, str(name), 230 + 10 * i + 5 * sin((double)seq / 100 + i));
	}
	b->values += 20;
	sample_end(&w);
}

static struct seal *sealer;
static ZSTD_CCtx *packer;
static ZSTD_DCtx *unpacker;
static struct buffer back;

static void seal_block(struct block *b)
{
	b->sealed.len = 0;
	if (seal_pack(sealer, buffer_str(&b->samples), &b->sealed))
		abort();
}

static void unseal_block(struct block *b)
{
	back.len = 0;
	if (seal_unpack(sealer, buffer_str(&b->sealed), STR(""), &back) ||
		!str_eq(buffer_str(&back), buffer_str(&b->samples)))
		abort();
}

static void pack_block(struct block *b)
{
	size_t bound = ZSTD_compressBound(b->samples.len);
	b->packed.len = 0;
	b->packed.len = ZSTD_compressCCtx(packer, buffer_reserve(&b->packed, bound), bound,
		b->samples.data, b->samples.len, 1);
}

static void unpack_block(struct block *b)
{
	back.len = 0;
	ZSTD_decompressDCtx(unpacker, buffer_reserve(&back, b->samples.len), b->samples.len,
		b->packed.data, b->packed.len);
}

/* Nanoseconds of processor time a sample. */
static double time_of(void (*each)(struct block *), struct block *blocks)
{
	int64_t begun = clock_read(CLOCK_THREAD_CPUTIME_ID), spent = 0;
	size_t samples = 0;
	do {
		for (int i = 0; i < BLOCKS; i++) {
			each(&blocks[i]);
			samples += blocks[i].count;
		}
		spent = clock_read(CLOCK_THREAD_CPUTIME_ID) - begun;
	} while (spent < AT_LEAST_MS * MILLISECONDS);
	return (double)spent / (double)samples;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void report_rate(const char *what, double *ours, double *theirs, double raw)
{
	qsort(ours, ROUNDS, sizeof(*ours), ascending);
	qsort(theirs, ROUNDS, sizeof(*theirs), ascending);
	double o = ours[ROUNDS / 2], t = theirs[ROUNDS / 2];
	printf("  %-8s %5.2f GB/s (%.2f..%.2f), %5.2f M samples/s; zstd -1 %5.2f GB/s; %.2fx\n",
		what, raw / o, raw / ours[ROUNDS - 1], raw / ours[0], 1e3 / o, raw / t, t / o);
}

static void measure(const char *title, void (*add)(struct block *, uint64_t), size_t count)
{
	static void (*const each[4])(
		struct block *) = { seal_block, pack_block, unseal_block, unpack_block };
	struct block blocks[BLOCKS] = { 0 };
	double times[4][ROUNDS], maps = 0, sealed = 0, packed = 0, raw = 0;
	uint64_t seq = 0, samples = count * BLOCKS;
	for (int i = 0; i < BLOCKS; i++)
		while (blocks[i].count < count)
			add(&blocks[i], seq++);
	for (int r = 0; r < ROUNDS; r++)
		for (int k = 0; k < 4; k++)
			times[k][r] = time_of(each[k], blocks);
	for (int i = 0; i < BLOCKS; i++) {
		maps += (double)blocks[i].samples.len / (double)samples;
		sealed += (double)blocks[i].sealed.len / (double)samples;
		packed += (double)blocks[i].packed.len / (double)samples;
		raw += 8.0 * (double)(blocks[i].values + blocks[i].count) / (double)samples;
		buffer_free(&blocks[i].samples);
		buffer_free(&blocks[i].sealed);
		buffer_free(&blocks[i].packed);
	}
	printf("%s, blocks of %zu: %.1f bytes a sample, zstd -1 %.1f of %.0f: %.2f of it\n", title,
		count, sealed, packed, maps, sealed / packed);
	report_rate("seal", times[0], times[1], raw);
	report_rate("unseal", times[2], times[3], raw);
}

int main(void)
{
	sealer = seal_open();
	packer = ZSTD_createCCtx();
	unpacker = ZSTD_createDCtx();
	measure("plant, 20 fields", add_plant, 1000);
	measure("plant, 20 fields", add_plant, 2600);
	measure("8 meters, 16 fields", add_meter, 1000);
	measure("8 meters, 16 fields", add_meter, 2600);
	measure("mill, 14 fields", add_mill, 1000);
	measure("computed, 20 fields", add_computed, 1000);
	seal_close(sealer);
	return 0;
}
