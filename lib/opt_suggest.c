#include "opt.h"

#include <string.h>

static unsigned distance(const char *a, const char *b)
{
	size_t n = strlen(b);
	unsigned row[64];
	if (n >= 64 || strlen(a) >= 64)
		return 64;
	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned change = diagonal + (a[i - 1] != b[j - 1]);
			unsigned gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = change < gap ? change : gap;
		}
	}
	return row[n];
}

const char *opt_suggest(const char *word, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t len = strlen(word);
	unsigned least = len < 4 ? 2 : 3;
	for (size_t i = 0; i < n; i++) {
		unsigned d = distance(word, names[i]);
		if (len >= 3 && strncmp(word, names[i], len) == 0)
			d = 1;
		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}
