/* lib/historian/stretches: nothing that was added ever lies outside, whatever comes in what order. */
#include "historian/stretches.h"

#include "random.h"
#include "tap.h"

#define HOUR (3600 * SECONDS)

static struct stretches stored;

static bool is_sound(const struct stretches *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->at[i].from > s->at[i].to || (i && s->at[i].from <= s->at[i - 1].to))
			return false;
	return s->count <= STRETCHES_MAX;
}

static const char *written(const struct stretches *s)
{
	static struct buffer text;
	text.len = 0;
	stretches_write(s, &text);
	buffer_add_char(&text, '\0');
	return (char *)text.data;
}

/* A stretch of `count` minutes; how many of them lay outside what is stored. */
static int add(int64_t from, int count, int64_t step)
{
	int outside = 0;
	for (int i = 0; i < count; i++)
		outside += stretches_add(&stored, from + i * step * 60 * SECONDS);
	return outside;
}

static void test_order(void)
{
	stored = (struct stretches){ 0 };
	ok(add(1000 * HOUR, 100, 1) == 100, "what is newer lies outside");
	ok(add(1000 * HOUR, 100, 1) == 0, "the same again does not");
	ok(add(100 * HOUR, 6000, 1) == 6000, "what is older lies outside, in its order");
	ok(add(100 * HOUR, 6000, 1) == 0, "and then no more");
	ok(stored.count == 2, "with the hole between them");
	ok(add(300 * HOUR, 6000, 1) == 6000, "which can be filled too");
	ok(add(99 * HOUR, 60, -1) == 60, "backwards too");
	ok(is_sound(&stored), "in order: %s", written(&stored));
}

static void test_ends(void)
{
	stored = (struct stretches){ 0 };
	ok(stretches_add(&stored, INT64_MAX) && stretches_add(&stored, INT64_MIN) &&
			!stretches_add(&stored, INT64_MIN) && stored.count == 2,
		"the ends of what times hold");
	for (int64_t i = 0; i < 20; i++)
		stretches_add(&stored, i * i * 10 * HOUR);
	ok(stored.count == STRETCHES_MAX && stored.at[0].to == INT64_MIN &&
			stored.at[STRETCHES_MAX - 1].from == INT64_MAX &&
			stored.at[1].to > stored.at[1].from,
		"too many: those that are closest become one");
}

/* Times of a few hours, in steps of ten minutes, against flags. */
static void test_random(uint64_t seed)
{
	struct random random;
	bool there[5000] = { false }, good = true;
	random_seed(&random, seed, 0);
	stored = (struct stretches){ 0 };
	for (int i = 0; i < 3000 && good; i++) {
		uint64_t at = random_below(&random, 5000);
		good = !stretches_add(&stored, (int64_t)at * 600 * SECONDS) || !there[at];
		there[at] = true;
		good &= is_sound(&stored);
	}
	for (int i = 0; i < 5000; i++)
		good &= !there[i] || !stretches_add(&stored, i * 600 * SECONDS);
	ok(good, "at random, seed %d", (int)seed);
}

static void test_text(void)
{
	struct stretches read;
	ok(stretches_read(&read, written(&stored)) && is_sound(&read) &&
			read.count == stored.count &&
			memcmp(read.at, stored.at, read.count * sizeof(read.at[0])) == 0,
		"written and read: %s", written(&stored));
	ok(stretches_read(&read, "{}") && read.count == 0, "none");
	static const char *const wrong[] = { "", "{", "{1", "{1,2", "{1,2,", "{1,2,3}", "{1,2}x",
		"{1;2}", "{,}", "{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18}" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok(!stretches_read(&read, wrong[i]), "not stretches: \"%s\"", wrong[i]);
}

int main(void)
{
	test_order();
	test_ends();
	for (uint64_t seed = 1; seed <= 4; seed++)
		test_random(seed);
	test_text();
	return done();
}
