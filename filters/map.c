#include "filter.h"
#include "filter/fields.h"
#include "script/script.h"

static struct opt_list assignments, units;
static const char *file_path, *condition;
static int64_t memory = 64 << 20, steps = 100000, sources = 100000;

static const struct opt options[] = {
	{ "assignment", OPT_TEXT, &assignments, .arg = "NAME = EXPRESSION",
		.help = "a field, and how it is computed from others", .positional = true,
		.repeat = true },
	{ "file", OPT_FILE, &file_path, "FILE",
		.help = "a Lua script whose function sample() assigns fields" },
	{ "where", OPT_TEXT, &condition, "EXPRESSION",
		.help = "let only measurements go on for which this is true" },
	{ "unit", OPT_LIST, &units, "NAME=UNIT,...", .help = "announce units of what is computed" },
	{ "steps", OPT_INTEGER, &steps, "N",
		"so many steps (instructions, and what takes as long) of an expression on one "
		"sample",
		.min = 1, .max = 1e9 },
	{ "memory", OPT_SIZE, &memory, "SIZE", "so much may Lua hold, all states included",
		.min = 1 << 20, .max = 1 << 30 },
	{ "sources", OPT_INTEGER, &sources, "N",
		"so many sources have a state; with more, that of the one not heard from for "
		"longest is lost",
		.min = 1, .max = 1e7 },
	OPT_END,
};

static struct script *script;

static void on_failure(const char *name, const char *message)
{
	warning("%s: %s", name, message);
}

static const char *split_unit(const char *entry, struct str *ret_name)
{
	const char *equals = strchr(entry, '=');
	if (!equals || equals == entry)
		die_config("--unit: %s: expected NAME=UNIT", entry);
	*ret_name = (struct str){ entry, (size_t)(equals - entry) };
	return equals + 1;
}

static void check_units(void)
{
	struct str name;
	for (size_t i = 0; i < units.count; i++) {
		split_unit(units.words[i], &name);
		if (!file_path && !script_makes(script, name))
			die_config("--unit: no expression makes %.*s", STR_ARG(name));
	}
}

static void start(void)
{
	char *error;
	script = script_open(&(struct script_form){ .sources = (size_t)sources,
		.memory = (size_t)memory,
		.steps = (int)steps,
		.failed = on_failure });
	if (!script)
		die_system("--memory: too little to start with");
	for (size_t i = 0; i < assignments.count; i++)
		if (script_add(script, assignments.words[i], &error))
			die_config("%s", error);
	if (file_path && script_file(script, file_path, &error))
		die_config("%s", error);
	if (condition && script_condition(script, condition, &error))
		die_config("%s", error);
	if (!assignments.count && !file_path && !condition)
		die_config("expected NAME = EXPRESSION, --file or --where");
	check_units();
}

/* What was announced of a field does not hold for what takes its place. */
static bool is_left(struct str field)
{
	return !script_makes(script, field);
}

static void patch_schema(struct sample *s)
{
	static struct buffer entry;
	bool applies[units.count + 1];
	struct field f = { 0 };
	for (size_t i = 0; i < units.count; i++) {
		split_unit(units.words[i], &f.name);
		applies[i] = script_applies(script, f.name, s);
	}
	sample_select(s, is_left);
	for (size_t i = 0; i < units.count; i++) {
		if (!applies[i])
			continue;
		entry.len = 0;
		f.place = 0;
		wire_map(&entry, 1);
		wire_str(&entry, STR("unit"));
		wire_str(&entry, str(split_unit(units.words[i], &f.name)));
		sample_set_encoded(s, &f, buffer_str(&entry));
	}
}

static void on_sample(struct sample *s)
{
	if (sample_is_measurement(s) && !script_run(script, s))
		return;
	if (str_eq(s->kind, STR("schema")))
		patch_schema(s);
	emit(s);
}

static void save(struct buffer *to)
{
	script_save(script, to);
}

static bool load(struct cursor *from)
{
	return script_load(script, from);
}

static const char *unit_of(struct str field)
{
	struct str name;
	for (size_t i = 0; i < units.count; i++) {
		const char *unit = split_unit(units.words[i], &name);
		if (str_eq(name, field))
			return unit;
	}
	return NULL;
}

static void fields(struct fields *f)
{
	script_fields(script, f, unit_of);
}

const struct filter filter = {
	.summary = "compute fields from others by expressions in Lua",
	.details =
		"    duto map 'power = torque * rotational_speed * 2*pi/60' --unit power=W\n\n"
		"Each expression sees the fields of the sample by their names, those of earlier "
		"expressions too; a.b is the field \"a.b\", and fields[\"a b\"] reaches every name. Its "
		"result becomes a field: replaced where it is there, else behind the others. "
		"Floats stay float 64, and integers integers. Where a field that it read is Bad or "
		"absent the result is nil with that quality; else it carries the worst of them. A "
		"sample with none of the fields is passed on as it is.\n\n"
		"Words: time (s since 1970), source, pi, huge, abs ceil floor sqrt sin cos tan asin "
		"acos atan exp log fmod min max, tonumber, tointeger, math, string, table (parts of "
		"Lua's), has(\"x\") (x is there and not Bad), prev.x (x of the source's sample "
		"before), state (a table of the source that stays).\n\n"
		"With --file statements are run, for each sample the function sample(); names that "
		"it assigns become fields, with the worst quality of what it has read so far. "
		"What is to stay from sample to sample goes into state: numbers, texts, truth "
		"values, tables of them, eight deep; no text or table has more than 256 KiB, and a "
		"checkpoint holds 1 MiB a source.\n\n"
		"An expression that fails (a text times a number, too many --steps, too much "
		"--memory) gives nil and Bad, and is told of once. There is no input, output, "
		"clock or chance in expressions.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.save = save,
	.load = load,
	.fields = fields,
};
