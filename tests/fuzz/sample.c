/* Samples: what decodes is read and edited, and decodes again as the view says. */
#include "sample.h"

#include "fuzz.h"

static bool keep(struct str name)
{
	return name.len % 2;
}

static void read_all(const struct sample *s)
{
	struct str name;
	struct wire w;
	for (uint32_t i = 0; i < s->values.count && i < 100; i++) {
		sample_value(s, i, &name, &w);
		sample_value_bytes(s, i);
		sample_status(s, name);
	}
}

static void edit(struct sample *s)
{
	struct field known = { .name = STR("a") }, fresh = { .name = STR("fresh") };
	sample_set_number(s, &known, 1);
	sample_set_text(s, &fresh, STR("text"));
	sample_set_status(s, known.name, STATUS_BAD);
	sample_set_via(s, STR("a"), STR("b"));
	sample_set_status(s, known.name, STATUS_GOOD);
	sample_select(s, keep);
	sample_set_nil(s, &known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct buffer room;
	struct sample s = { .room = &room }, again = { .room = NULL };
	uint8_t *copy = malloc(len ? len : 1);
	memcpy(copy, data, len);
	if (sample_decode(&s, copy, len) > 0) {
		read_all(&s);
		edit(&s);
		if (sample_decode(&again, s.data, s.len) != (int)s.len ||
			again.values.count != s.values.count || again.via.end != s.via.end)
			abort();
	}
	free(copy);
	return 0;
}
