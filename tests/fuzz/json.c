/* JSON lines: what reads as a sample is written as one, and its JSON reads again. */
#include "json/json.h"

#include "fuzz.h"

static struct json_reader reader;
static struct sample_writer writer;
static struct buffer packed, text;

static bool read_line(const char *line, size_t len, const struct json_flat *flat)
{
	if (json_read(&reader, line, len, flat))
		return false;
	packed.len = 0;
	sample_begin(
		&writer, &packed, reader.time, reader.source, reader.run, reader.seq, reader.kind);
	json_add(&reader, &writer);
	sample_end(&writer);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct json_flat flat = { .time_key = { "time", 4 }, .time_unit = 1000000000 };
	struct sample s = { .room = NULL };
	char *copy = malloc(len ? len : 1);
	memcpy(copy, data, len);
	read_line(copy, len, &flat);
	if (read_line(copy, len, NULL)) {
		if (sample_decode(&s, packed.data, packed.len) != (int)packed.len)
			abort();
		text.len = 0;
		json_write(&text, &s);
		if (!read_line((char *)text.data, text.len - 1, NULL))
			abort();
	}
	free(copy);
	return 0;
}
