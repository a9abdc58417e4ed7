/* The wire against msgpack-c: what one writes the other reads, and both see the same ends in random
 * bytes. */
#include "wire.h"

#include <float.h>
#include <math.h>
#include <msgpack.h>
#include <stdlib.h>

#include "random.h"
#include "tap.h"

enum { RANDOM_ROUNDS = 100000, RANDOM_BYTES = 40 };

static struct random generator;

/* What msgpack-c finds in the whole of b; leaves b empty. */
static bool unpack(struct buffer *b, msgpack_unpacked *ret)
{
	size_t offset = 0;
	int r = msgpack_unpack_next(ret, (char *)b->data, b->len, &offset);
	bool whole = r == MSGPACK_UNPACK_SUCCESS && offset == b->len;
	b->len = 0;
	return whole;
}

static const uint64_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
	0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX, (uint64_t)INT64_MAX + 1,
	UINT64_MAX };
enum { EDGES = sizeof(edges) / sizeof(edges[0]) };

static bool reads_as_integer(uint64_t magnitude, bool negative, msgpack_object *o)
{
	if (negative)
		return o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER &&
		       o->via.i64 == -(int64_t)magnitude;
	return o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 == magnitude;
}

static void test_written_integers(void)
{
	struct buffer b = { 0 };
	msgpack_unpacked u;
	bool same = true;
	msgpack_unpacked_init(&u);
	for (size_t i = 0; i < EDGES; i++) {
		wire_uint(&b, edges[i]);
		same &= unpack(&b, &u) && reads_as_integer(edges[i], false, &u.data);
		wire_uint64(&b, edges[i]);
		same &= b.len == 9 && unpack(&b, &u) && reads_as_integer(edges[i], false, &u.data);
		if (edges[i] == 0 || edges[i] > INT64_MAX)
			continue;
		wire_int(&b, -(int64_t)edges[i]);
		same &= unpack(&b, &u) && reads_as_integer(edges[i], true, &u.data);
	}
	ok(same, "integers as written are read by msgpack-c");
	msgpack_unpacked_destroy(&u);
	buffer_free(&b);
}

static void test_shortest_integers(void)
{
	struct buffer b = { 0 };
	msgpack_sbuffer s;
	msgpack_packer p;
	msgpack_sbuffer_init(&s);
	msgpack_packer_init(&p, &s, msgpack_sbuffer_write);
	for (size_t i = 0; i < EDGES; i++) {
		msgpack_pack_uint64(&p, edges[i]);
		wire_uint(&b, edges[i]);
		msgpack_pack_int64(&p, -(int64_t)(edges[i] >> 1));
		wire_int(&b, -(int64_t)(edges[i] >> 1));
	}
	ok(b.len == s.size && memcmp(b.data, s.data, s.size) == 0,
		"integers take the same, shortest bytes");
	msgpack_sbuffer_destroy(&s);
	buffer_free(&b);
}

static void test_written_texts(void)
{
	static char text[70000];
	static const size_t lengths[] = { 0, 1, 31, 32, 255, 256, 65535, 65536, 70000 };
	struct buffer b = { 0 };
	msgpack_unpacked u;
	bool same = true;
	memset(text, 'x', sizeof(text));
	msgpack_unpacked_init(&u);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct str s = { text, lengths[i] };
		wire_str(&b, s);
		same &= unpack(&b, &u) && u.data.type == MSGPACK_OBJECT_STR &&
			u.data.via.str.size == s.len;
		wire_bin(&b, s);
		same &= unpack(&b, &u) && u.data.type == MSGPACK_OBJECT_BIN &&
			u.data.via.bin.size == s.len;
	}
	ok(same, "texts and bytes of every length class are read by msgpack-c");
	msgpack_unpacked_destroy(&u);
	buffer_free(&b);
}

static void test_written_others(void)
{
	struct buffer b = { 0 };
	msgpack_unpacked u;
	msgpack_timestamp t;
	msgpack_unpacked_init(&u);
	wire_nil(&b);
	ok(unpack(&b, &u) && u.data.type == MSGPACK_OBJECT_NIL, "nil");
	wire_bool(&b, true);
	ok(unpack(&b, &u) && u.data.type == MSGPACK_OBJECT_BOOLEAN && u.data.via.boolean, "true");
	wire_double(&b, -DBL_MIN);
	ok(unpack(&b, &u) && u.data.via.f64 == -DBL_MIN, "a float 64");
	wire_time(&b, INT64_C(1767225600123456789));
	ok(b.len == 10 && unpack(&b, &u) && msgpack_object_to_timestamp(&u.data, &t) &&
			t.tv_sec == 1767225600 && t.tv_nsec == 123456789,
		"a timestamp");
	wire_array(&b, 2);
	wire_map(&b, 0);
	wire_map(&b, 1);
	wire_str(&b, STR("k"));
	wire_nil(&b);
	ok(unpack(&b, &u) && u.data.type == MSGPACK_OBJECT_ARRAY && u.data.via.array.size == 2 &&
			u.data.via.array.ptr[1].via.map.size == 1,
		"arrays and maps");
	msgpack_unpacked_destroy(&u);
	buffer_free(&b);
}

static bool same_object(const struct wire *w, const msgpack_object *o)
{
	switch (w->type) {
	case WIRE_NIL:
		return o->type == MSGPACK_OBJECT_NIL;
	case WIRE_BOOL:
		return o->type == MSGPACK_OBJECT_BOOLEAN && w->b == o->via.boolean;
	case WIRE_INT:
		return o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER && w->i == o->via.i64;
	case WIRE_UINT:
		return o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && w->u == o->via.u64;
	case WIRE_DOUBLE:
		return (o->type == MSGPACK_OBJECT_FLOAT32 || o->type == MSGPACK_OBJECT_FLOAT64) &&
		       (w->d == o->via.f64 || (isnan(w->d) && isnan(o->via.f64)));
	case WIRE_STR:
		return o->type == MSGPACK_OBJECT_STR && w->bytes.len == o->via.str.size;
	case WIRE_BIN:
		return o->type == MSGPACK_OBJECT_BIN && w->bytes.len == o->via.bin.size;
	case WIRE_EXT:
		return o->type == MSGPACK_OBJECT_EXT && w->ext == o->via.ext.type &&
		       w->bytes.len == o->via.ext.size;
	case WIRE_ARRAY:
		return o->type == MSGPACK_OBJECT_ARRAY && w->size == o->via.array.size;
	case WIRE_MAP:
		return o->type == MSGPACK_OBJECT_MAP && w->size == o->via.map.size;
	}
	return false;
}

/* Bytes that are often the tag of something with a few small things behind it. msgpack-c takes
 * memory for as many objects as a header says: no header here says more than 65535. */
static size_t random_object(uint8_t *to)
{
	size_t len = 1 + random_below(&generator, RANDOM_BYTES);
	for (size_t i = 0; i < len; i++) {
		uint64_t r = random_bits(&generator);
		bool behind_long = i && (to[i - 1] == 0xdd || to[i - 1] == 0xdf);
		bool behind_that = i > 1 && (to[i - 2] == 0xdd || to[i - 2] == 0xdf);
		to[i] = r & 0x100   ? (uint8_t)(0xc0 + r % 0x20)
			: r & 0x200 ? r % 6
				    : (uint8_t)(r >> 24);
		if (behind_long || behind_that)
			to[i] = 0;
	}
	return len;
}

/* The same verdict, end and first object as msgpack-c, and not a byte read beyond len. */
static bool agree(const uint8_t *bytes, size_t len, msgpack_unpacked *u)
{
	uint8_t *exact = malloc(len);
	struct cursor c = { memcpy(exact, bytes, len), exact + len }, first = c;
	struct wire w;
	size_t offset = 0;
	int skipped = wire_skip(&c), read = wire_next(&first, &w);
	int r = msgpack_unpack_next(u, (char *)exact, len, &offset);
	bool same;
	if (r == MSGPACK_UNPACK_SUCCESS)
		same = skipped == 1 && read == 1 && c.at == exact + offset &&
		       same_object(&w, &u->data);
	else if (r == MSGPACK_UNPACK_CONTINUE)
		same = skipped == 0 && c.at == exact;
	else
		same = skipped != 1 && c.at == exact;
	free(exact);
	return same;
}

static void test_random(void)
{
	uint8_t bytes[RANDOM_BYTES + 1];
	msgpack_unpacked u;
	int differ = 0;
	random_seed(&generator, 1, 0);
	msgpack_unpacked_init(&u);
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		size_t len = random_object(bytes);
		if (!agree(bytes, len, &u) && !differ++)
			for (size_t j = 0; j < len; j++)
				printf("%s%02x%s", j ? " " : "# ", bytes[j],
					j + 1 < len ? "" : "\n");
	}
	ok(differ == 0, "%d random strings of bytes: the same as msgpack-c, %d differ",
		RANDOM_ROUNDS, differ);
	msgpack_unpacked_destroy(&u);
}

static void test_depth(void)
{
	uint8_t nested[WIRE_DEPTH + 1];
	memset(nested, 0x91, sizeof(nested));
	nested[WIRE_DEPTH - 1] = 0xc0;
	struct cursor c = { nested, nested + WIRE_DEPTH };
	ok(wire_skip(&c) == 1 && c.at == c.end, "nesting up to the bound is stepped over");
	nested[WIRE_DEPTH - 1] = 0x91;
	nested[WIRE_DEPTH] = 0xc0;
	c = (struct cursor){ nested, nested + sizeof(nested) };
	ok(wire_skip(&c) == -1 && c.at == nested,
		"deeper nesting is refused, and the cursor stays");
}

static void test_types(void)
{
	uint8_t number[] = { 0x07 };
	struct cursor c = { number, number + 1 };
	struct str s;
	uint32_t size;
	ok(wire_next_str(&c, &s) == -1 && c.at == number, "a number is no text");
	ok(wire_next_map(&c, &size) == -1 && c.at == number, "nor a map");
	c.end = number;
	ok(wire_next_str(&c, &s) == 0 && wire_next_map(&c, &size) == 0, "nothing is a beginning");
}

static void test_wide(void)
{
	static const uint8_t minus_two[] = { 0xcf, 255, 255, 255, 255, 255, 255, 255, 255, 0xcf,
		255, 255, 255, 255, 255, 255, 255, 254 };
	struct buffer b = { 0 };
	__int128 v = 0;
	wire_wide(&b, -2);
	ok(b.len == sizeof(minus_two) && memcmp(b.data, minus_two, b.len) == 0,
		"128 bits are two integers, the high half first");
	struct cursor c = wire_cursor(buffer_str(&b)), cut = { b.data, b.data + b.len - 1 };
	ok(wire_next_wide(&c, &v) == 1 && v == -2 && c.at == c.end, "and are read back");
	ok(wire_next_wide(&cut, &v) == 0 && cut.at == b.data, "but not from half of them");
	buffer_free(&b);
}

static void test_bound(void)
{
	uint8_t seven[] = { 0x07 };
	struct cursor c = { seven, seven + 1 };
	uint64_t v = 0;
	ok(wire_next_uint_to(&c, 6, &v) == -1 && c.at == seven, "7 is beyond 6");
	ok(wire_next_uint_to(&c, 7, &v) == 1 && v == 7 && c.at == c.end, "but not beyond 7");
}

int main(void)
{
	test_written_integers();
	test_shortest_integers();
	test_written_texts();
	test_written_others();
	test_random();
	test_depth();
	test_types();
	test_wide();
	test_bound();
	return done();
}
