/* CSV: the same rows whether it comes whole or a byte at a time. */
#include "csv/csv.h"

#include <string.h>

#include "fuzz.h"

/* Rows, cells and errors, mixed into one number. */
static uint64_t read_in_pieces(const uint8_t *data, size_t len, size_t piece)
{
	struct csv c = { .separator = ',' };
	uint64_t hash = 1;
	size_t start = 0, end = 0, used;
	while (end < len) {
		end = end + piece < len ? end + piece : len;
		for (int r; (r = csv_next(&c, (const char *)data + start, end - start, end == len,
				     &used)) != 0;
			start += used) {
			hash = hash * 31 + (uint64_t)(r > 0 ? 1 + c.count : 0);
			for (size_t i = 0; r > 0 && i < c.count; i++)
				hash = hash * 31 + c.cells[i].len;
		}
		start += used;
	}
	csv_free(&c);
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 4096 && read_in_pieces(data, len, len) != read_in_pieces(data, len, 1))
		abort();
	return 0;
}
