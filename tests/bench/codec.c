/* The sample's codec beside msgpack-c, interleaved: nanoseconds a sample, medians with their
 * spread; and allocations, counted. A block of samples of 20 numbers is written, stepped through,
 * and stepped through with every value read. */
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "sample.h"

enum { FIELDS = 20, BLOCK = 150, ROUNDS = 9, TIMES = 1500 };

static uint64_t allocations;
static char names[FIELDS][16];
static double sink;

extern void *__libc_malloc(size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}

static struct buffer ours;
static msgpack_sbuffer theirs;

static void ours_encode(void)
{
	static struct sample_writer w;
	ours.len = 0;
	for (int i = 0; i < BLOCK; i++) {
		sample_begin(&w, &ours, INT64_C(1767225600000000000) + i, STR("plant/line1/meter3"),
			7, (uint64_t)i, STR(""));
		for (int k = 0; k < FIELDS; k++)
			sample_add_number(&w, (struct str){ names[k], 14 }, 230.5 + k + i);
		sample_end(&w);
	}
}

static void pack_text(msgpack_packer *p, const char *text, size_t len)
{
	msgpack_pack_str(p, len);
	msgpack_pack_str_body(p, text, len);
}

static void theirs_encode(void)
{
	msgpack_packer p;
	msgpack_packer_init(&p, &theirs, msgpack_sbuffer_write);
	msgpack_sbuffer_clear(&theirs);
	for (int i = 0; i < BLOCK; i++) {
		msgpack_timestamp t = { 1767225600, (uint32_t)i };
		msgpack_pack_map(&p, 5);
		pack_text(&p, "time", 4);
		msgpack_pack_timestamp(&p, &t);
		pack_text(&p, "source", 6);
		pack_text(&p, "plant/line1/meter3", 18);
		pack_text(&p, "run", 3);
		msgpack_pack_uint64(&p, 7);
		pack_text(&p, "seq", 3);
		msgpack_pack_uint64(&p, (uint64_t)i);
		pack_text(&p, "values", 6);
		msgpack_pack_map(&p, FIELDS);
		for (int k = 0; k < FIELDS; k++) {
			pack_text(&p, names[k], 14);
			msgpack_pack_double(&p, 230.5 + k + i);
		}
	}
}

static double read_all(const struct sample *s)
{
	double sum = 0;
	struct str name;
	struct wire w;
	for (uint32_t i = 0; i < s->values.count; i++) {
		sample_value(s, i, &name, &w);
		sum += w.d;
	}
	return sum;
}

static void ours_decode(bool read)
{
	static struct sample s;
	size_t at = 0;
	for (int len; (len = sample_decode(&s, ours.data + at, ours.len - at)) > 0;
		at += (size_t)len)
		sink += read ? read_all(&s) : (double)s.seq;
}

static double walk(const msgpack_object_map *values)
{
	double sum = 0;
	for (uint32_t i = 0; i < values->size; i++)
		sum += values->ptr[i].val.via.f64;
	return sum;
}

static void theirs_decode(bool read)
{
	msgpack_unpacked u;
	size_t at = 0;
	msgpack_unpacked_init(&u);
	while (msgpack_unpack_next(&u, theirs.data, theirs.size, &at) == MSGPACK_UNPACK_SUCCESS)
		sink += read ? walk(&u.data.via.map.ptr[4].val.via.map)
			     : (double)u.data.via.map.ptr[3].val.via.u64;
	msgpack_unpacked_destroy(&u);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void report(const char *what, double *a, double *b, double wanted)
{
	qsort(a, ROUNDS, sizeof(*a), ascending);
	qsort(b, ROUNDS, sizeof(*b), ascending);
	double o = a[ROUNDS / 2], t = b[ROUNDS / 2];
	printf("%-24s %6.1f ns (%.1f..%.1f)   msgpack-c %6.1f ns (%.1f..%.1f)   %5.1fx, wanted "
	       "%gx\n",
		what, o, a[0], a[ROUNDS - 1], t, b[0], b[ROUNDS - 1], t / o, wanted);
}

#define TIME(to, call)                                                                             \
	do {                                                                                       \
		int64_t start_ = clock_monotonic();                                                \
		for (int i_ = 0; i_ < TIMES; i_++)                                                 \
			call;                                                                      \
		to = (double)(clock_monotonic() - start_) / ((double)TIMES * BLOCK);               \
	} while (0)

int main(void)
{
	double a[3][ROUNDS], b[3][ROUNDS];
	for (int k = 0; k < FIELDS; k++)
		snprintf(names[k], sizeof(names[k]), "voltage_l1_n%02d", k);
	msgpack_sbuffer_init(&theirs);
	ours_encode();
	uint64_t before = allocations, counted = 0;
	for (int r = 0; r < ROUNDS; r++) {
		before = allocations;
		TIME(a[0][r], ours_encode());
		TIME(a[1][r], ours_decode(false));
		TIME(a[2][r], ours_decode(true));
		counted += allocations - before;
		TIME(b[0][r], theirs_encode());
		TIME(b[1][r], theirs_decode(false));
		TIME(b[2][r], theirs_decode(true));
	}
	report("encode", a[0], b[0], 5);
	report("decode", a[1], b[1], 8);
	report("decode, every value read", a[2], b[2], 8);
	printf("allocations in %d samples: %llu, wanted 0\n", 3 * ROUNDS * TIMES * BLOCK,
		(unsigned long long)counted);
	return sink == 1.5;
}
