/* State per key: found again, bounded, in a fixed order. */
#include "series.h"

#include <stdio.h>
#include <stdlib.h>

#include "random.h"
#include "tap.h"

enum { KEYS = 5000, SMALL = 3, WALK_ROUNDS = 20000, WALK_KEYS = 40, WALK_MAX = 10 };

static int left;
static char order[256];

static void on_leave(void *state)
{
	left += *(int *)state;
}

static void note(struct str key, void *state)
{
	size_t len = strlen(order);
	snprintf(order + len, sizeof(order) - len, "%.*s=%d ", STR_ARG(key), *(int *)state);
}

static const char *in_order(struct series *s)
{
	order[0] = 0;
	series_each(s, note);
	return order;
}

static int *get(struct series *s, const char *key, bool *ret_new)
{
	return series_get(s, str(key), ret_new);
}

static void test_find(void)
{
	bool is_new, found = true, zero = true;
	char key[16];
	struct series *s = series_open(sizeof(int), KEYS, NULL);
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		int *state = get(s, key, &is_new);
		zero &= is_new && *state == 0;
		*state = i;
	}
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		found &= *get(s, key, &is_new) == i && !is_new;
	}
	ok(zero, "new states are zero, and told to be new");
	ok(found, "every key's state is found again");
	ok(series_count(s) == KEYS, "so many keys");
	series_close(s);
}

static void test_bound(void)
{
	bool is_new;
	struct series *s = series_open(sizeof(int), SMALL, on_leave);
	*get(s, "a", &is_new) = 1;
	*get(s, "b", &is_new) = 10;
	*get(s, "c", &is_new) = 100;
	is_str(in_order(s), "a=1 b=10 c=100 ", "keys are walked as they came");
	get(s, "a", &is_new);
	*get(s, "d", &is_new) = 1000;
	ok(left == 10, "the key not used for longest leaves");
	is_str(in_order(s), "a=1 c=100 d=1000 ", "the others stay in their order");
	ok(*get(s, "b", &is_new) == 0 && is_new, "what left comes back as new");
	series_close(s);
	ok(left == 10 + 100 + 1000 + 1, "at close all leave");
}

static void test_keys(void)
{
	bool is_new;
	struct series *s = series_open(sizeof(int), 8, NULL);
	*(int *)series_get(s, (struct str){ NULL, 0 }, &is_new) = 1;
	*(int *)series_get(s, STR("a\0b"), &is_new) = 2;
	*(int *)series_get(s, STR("a"), &is_new) = 3;
	ok(*(int *)series_get(s, STR(""), &is_new) == 1 && !is_new, "a key may be empty");
	ok(*(int *)series_get(s, STR("a\0b"), &is_new) == 2, "and hold any bytes");
	series_close(s);
	series_close(NULL);
}

/* The plainest thing that does the same: an array, oldest use first. */
static struct {
	int keys[WALK_MAX];
	int count;
} model;

static bool model_get(int key)
{
	int i = 0;
	while (i < model.count && model.keys[i] != key)
		i++;
	bool is_new = i == model.count;
	if (is_new && model.count == WALK_MAX)
		i = 0;
	else if (is_new)
		model.count++;
	memmove(model.keys + i, model.keys + i + 1,
		(size_t)(model.count - 1 - i) * sizeof(model.keys[0]));
	model.keys[model.count - 1] = key;
	return is_new;
}

static void test_walk(void)
{
	struct random r;
	struct series *s = series_open(sizeof(int), WALK_MAX, NULL);
	int differ = 0;
	random_seed(&r, 1, 0);
	for (int i = 0; i < WALK_ROUNDS; i++) {
		bool is_new;
		char name[16];
		int key = (int)random_below(&r, WALK_KEYS);
		snprintf(name, sizeof(name), "%d", key);
		int *state = get(s, name, &is_new);
		differ += is_new != model_get(key) || (!is_new && *state != key);
		*state = key;
	}
	ok(differ == 0, "%d random uses: what leaves is what a list says", WALK_ROUNDS);
	ok(series_count(s) == WALK_MAX, "and never more are held than may be");
	series_close(s);
}

int main(void)
{
	test_find();
	test_bound();
	test_keys();
	test_walk();
	return done();
}
