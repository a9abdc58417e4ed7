#include "filter.h"
#include "source.h"

static struct opt_list only, except, sources, kinds;

static const struct opt options[] = {
	{ "fields", OPT_LIST, &only, "A,B", .help = "let only these fields go on" },
	{ "except", OPT_LIST, &except, "A,B", .help = "take these fields out" },
	{ "source", OPT_LIST, &sources, "PATH,..",
		.help = "let only these sources go on, and what lies under them" },
	{ "kind", OPT_LIST, &kinds, "KIND,..",
		.help = "let only these kinds go on; measurement is one of them" },
	OPT_END,
};

static bool source_goes_on(struct str source)
{
	for (size_t i = 0; i < sources.count; i++)
		if (source_under(source, str(sources.words[i])))
			return true;
	return !sources.count;
}

static bool kind_goes_on(struct str kind)
{
	return !kinds.count || opt_has(&kinds, kind.len ? kind : STR("measurement"));
}

static bool field_goes_on(struct str name)
{
	return (!only.count || opt_has(&only, name)) && !opt_has(&except, name);
}

static void on_sample(struct sample *s)
{
	if (!kind_goes_on(s->kind) || !source_goes_on(s->source))
		return;
	bool of_fields = sample_is_measurement(s) || str_eq(s->kind, STR("schema"));
	if (of_fields && s->values.count && (only.count || except.count)) {
		sample_select(s, field_goes_on);
		if (!s->values.count)
			return;
	}
	emit(s);
}

static void fields(struct fields *f)
{
	for (size_t i = 0; i < only.count; i++)
		if (!opt_has(&except, str(only.words[i])))
			fields_only(f, only.words[i]);
}

const struct filter filter = {
	.summary = "let some fields, sources or kinds go on",
	.details = "Without options everything passes unchanged, byte for byte. --fields and "
		   "--except look at measurements and at the schemas that announce their fields, "
		   "with the quality of each; a sample that has none of the fields is left out. "
		   "Events and other kinds pass whole.",
	.options = options,
	.sample = on_sample,
	.fields = fields,
};
