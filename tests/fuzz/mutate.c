/* Runs a fuzz target without libFuzzer, on the same inputs each time: TARGET FOLDER COUNT [ONLY]
 * calls it with each file of the folder, then with COUNT inputs that are made of these by random
 * changes. Where it crashes, or takes a minute, it says with which: ONLY runs that alone. */
#include <dirent.h>
#include <string.h>
#include <sys/wait.h>

#include "allocate.h"
#include "buffer.h"
#include "file.h"
#include "fuzz.h"
#include "random.h"
#include "text.h"

enum { SEEDS = 256, SEED_MAX = 1 << 18, PIECE = 64 };

static struct buffer seeds[SEEDS];
static size_t seed_count;
static volatile unsigned long *at; /* the input at hand, for the parent */

static void read_seeds(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char *path = text_print("%s/%s", folder, entries[i]->d_name);
		if (seed_count < SEEDS && *entries[i]->d_name != '.' &&
			file_read(path, SEED_MAX, &seeds[seed_count]) == 0)
			seed_count++;
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* What means something to one format or another. */
static uint8_t odd_byte(struct random *r)
{
	static const uint8_t odd[] = "\0\n\"'\\%$,:;{}[]#-+.~ \t0919aZ/\x7f\x80\xc1\xd9\xdf\xff";
	return random_below(r, 2) ? odd[random_below(r, sizeof(odd))] : (uint8_t)random_bits(r);
}

static void replace(struct buffer *b, size_t from, size_t old, const void *data, size_t len)
{
	buffer_reserve(b, len);
	memmove(b->data + from + len, b->data + from + old, b->len - from - old);
	if (len)
		memcpy(b->data + from, data, len);
	b->len += len - old;
}

static void change(struct buffer *b, struct random *r)
{
	const struct buffer *other = &seeds[random_below(r, seed_count)];
	size_t from = random_below(r, b->len + 1), rest = b->len - from;
	size_t old = random_below(r, (rest < PIECE ? rest : PIECE) + 1);
	size_t there = random_below(r, other->len + 1), len = other->len - there;
	uint8_t bytes[4];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = odd_byte(r);
	switch (random_below(r, 4)) {
	case 0:
		replace(b, from, rest ? 1 : 0, bytes, 1);
		break;
	case 1:
		replace(b, from, 0, bytes, 1 + random_below(r, sizeof(bytes)));
		break;
	case 2:
		replace(b, from, old, NULL, 0);
		break;
	default:
		replace(b, from, old, other->data + there, len < PIECE ? len : PIECE);
	}
}

static void run(unsigned long number, struct buffer *input)
{
	struct random r;
	random_seed(&r, 1, number);
	const struct buffer *seed = &seeds[number % seed_count];
	*at = number;
	input->len = 0;
	buffer_add(input, seed->data, seed->len);
	if (number >= seed_count)
		do
			change(input, &r);
		while (random_below(&r, 2)); /* mostly few: what is broken in one place goes deep */
	LLVMFuzzerTestOneInput(input->data, input->len);
}

static void run_all(unsigned long from, unsigned long to)
{
	struct buffer input = { 0 };
	for (unsigned long number = from; number < to; number++) {
		alarm(60);
		run(number, &input);
	}
	exit(0);
}

int main(int argc, char **argv)
{
	int status = 0;
	if (argc < 3)
		return 1;
	at = or_abort(
		mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	read_seeds(argv[1]);
	unsigned long only = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	unsigned long to = argc > 3 ? only + 1 : seed_count + strtoul(argv[2], NULL, 10);
	pid_t child = seed_count ? fork() : -1;
	if (child == 0)
		run_all(only, to);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	if (status)
		printf("input %lu: %s %d\n", *at, WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	else
		printf("%lu inputs\n", to - only);
	return status != 0;
}
