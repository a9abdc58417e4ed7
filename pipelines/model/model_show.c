/* duto model show: what a model of trees is. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "human.h"
#include "model_command.h"
#include "pipelines/commands.h"
#include "pipelines/facts.h"

enum { BAR_WIDTH = 20, NAME_WIDTH_MAX = 40 };

struct shape {
	uint64_t nodes, leaves, missing_left, *splits; /* splits: of each feature */
	uint32_t depth;
	double depth_sum; /* of all trees */
};

static const char *path;
static bool json;

static const struct opt options[] = {
	{ .name = "file",
		.type = OPT_FILE,
		.to = &path,
		.positional = true,
		.required = true,
		.help = "a model of trees" },
	{ .name = "json", .type = OPT_FLAG, .to = &json, .help = "as a JSON object" },
	OPT_END,
};

/* Children stand behind their parent, so one pass knows how deep each node is. */
static uint32_t measure_tree(const struct forest_tree *t, struct shape *s)
{
	uint32_t *depths = calloc(t->count, sizeof(*depths)), deepest = 0;
	if (!depths)
		abort();
	for (uint32_t i = 0; i < t->count; i++) {
		const struct forest_node *n = &t->nodes[i];
		deepest = depths[i] > deepest ? depths[i] : deepest;
		if (n->feature == FOREST_LEAF)
			continue;
		depths[n->left] = depths[n->right] = depths[i] + 1;
		s->splits[n->feature]++;
		s->missing_left += n->missing_left;
	}
	free(depths);
	return deepest;
}

static struct shape measure(const struct forest *f)
{
	struct shape s = { .splits = calloc(f->feature_count, sizeof(*s.splits)) };
	if (!s.splits)
		abort();
	for (size_t i = 0; i < f->tree_count; i++) {
		uint32_t depth = measure_tree(&f->trees[i], &s);
		s.nodes += f->trees[i].count;
		s.leaves += f->trees[i].leaf_count;
		s.depth = depth > s.depth ? depth : s.depth;
		s.depth_sum += depth;
	}
	return s;
}

static double share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

static const char *link_name(const struct forest *f)
{
	static const char *const names[] = { "identity", "logistic", "softmax" };
	return names[f->link];
}

/* JSON. */

static json_t *features_json(const struct forest *f, const struct shape *s)
{
	json_t *all = json_array();
	for (size_t i = 0; i < f->feature_count; i++) {
		double low, high;
		bool used = forest_range(f, i, &low, &high);
		json_t *one = json_pack("{s:s,s:I,s:f}", "name", f->features[i], "splits",
			(json_int_t)s->splits[i], "split_share",
			share(s->splits[i], s->nodes - s->leaves));
		json_object_set_new(
			one, "low", used && isfinite(low) ? json_real(low) : json_null());
		json_object_set_new(
			one, "high", used && isfinite(high) ? json_real(high) : json_null());
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *outputs_json(const struct forest *f)
{
	json_t *all = json_array();
	for (size_t i = 0; i < f->output_count; i++)
		json_array_append_new(all, json_string(f->outputs[i]));
	return all;
}

static json_t *trees_json(const struct forest *f, const struct shape *s)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:f}", "trees", (json_int_t)f->tree_count, "nodes",
		(json_int_t)s->nodes, "leaves", (json_int_t)s->leaves, "depth",
		(json_int_t)s->depth, "depth_mean", s->depth_sum / (double)f->tree_count);
}

static json_t *aggregate_json(const struct forest *f, const struct shape *s)
{
	return json_pack("{s:s,s:s,s:s,s:b,s:b,s:f,s:s?}", "kind",
		f->regression ? "regression" : "classification", "aggregate",
		f->sum ? "sum" : "mean", "link", link_name(f), "float64", f->float64, "missing",
		f->missing, "missing_left", share(s->missing_left, s->nodes - s->leaves), "scaler",
		f->scaler.count ? scaler_method_name(f->scaler.method) : NULL);
}

static void print_json(const struct model_file *m, const struct shape *s)
{
	const struct forest *f = m->forest;
	json_t *all = json_pack("{s:s,s:s,s:I,s:s?}", "file", path, "form",
		model_form_name(m->form), "bytes", (json_int_t)m->size, "note", m->note);
	json_object_update_new(all, aggregate_json(f, s));
	json_object_update_new(all, trees_json(f, s));
	json_object_set_new(all, "outputs", outputs_json(f));
	json_object_set_new(all, "features", features_json(f, s));
	json_object_set_new(all, "evaluator", json_string(forest_evaluator(f)));
	json_object_set_new(all, "sha256", json_string(f->digest));
	json_dumpf(all, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(all);
}

/* Text. */

/* Of two classes the second is scored, which surprises where they are words in alphabetical order. */
static void put_outputs(struct terminal *t, const struct forest *f)
{
	struct buffer names = { 0 };
	for (size_t i = 0; i < f->output_count; i++)
		buffer_print(&names, "%s%s", i ? ", " : "", f->outputs[i]);
	facts_put(t, f->regression ? "target" : "classes", "", "%.*s", STR_ARG(buffer_str(&names)));
	if (f->output_count == 2)
		facts_put(t, "", "", "duto forest scores %s, with --positive %s the other",
			f->outputs[1], f->outputs[0]);
	else if (!f->regression)
		facts_put(t, "", "", "duto forest scores the one that --positive names");
	buffer_free(&names);
}

static void put_trees(struct terminal *t, const struct forest *f, const struct shape *s)
{
	char nodes[HUMAN_TEXT], leaves[HUMAN_TEXT];
	human_count(nodes, (double)s->nodes);
	human_count(leaves, (double)s->leaves);
	facts_put(t, "trees", "",
		"%zu with %s nodes, %s of them leaves; depth %" PRIu32 ", mean %.1f", f->tree_count,
		nodes, leaves, s->depth, s->depth_sum / (double)f->tree_count);
}

static void put_missing(struct terminal *t, const struct forest *f, const struct shape *s)
{
	if (f->missing)
		facts_put(t, "missing", "",
			"values are scored: they go left at %.0f %% of the splits",
			100 * share(s->missing_left, s->nodes - s->leaves));
	else
		facts_put(t, "missing", "", "values are not scored: no rule was learnt");
}

static void put_bar(struct terminal *t, double part)
{
	int n = (int)lround(part * BAR_WIDTH);
	for (int i = 0; i < n; i++)
		terminal_put_colored(t, TERMINAL_CYAN, STR("█"));
	terminal_put_spaces(t, BAR_WIDTH - n);
}

static int name_width(const struct forest *f)
{
	int width = 0;
	for (size_t i = 0; i < f->feature_count; i++) {
		int columns = terminal_columns(str(f->features[i]));
		width = columns > width ? columns : width;
	}
	return width < NAME_WIDTH_MAX ? width : NAME_WIDTH_MAX;
}

static void put_feature(
	struct terminal *t, const struct forest *f, const struct shape *s, size_t i, int width)
{
	double low, high, part = share(s->splits[i], s->nodes - s->leaves);
	char text[80];
	t->column = 0;
	terminal_put_spaces(t, FACTS_TITLE);
	terminal_put(t, str(f->features[i]));
	terminal_put_spaces(t, FACTS_TITLE + width + 2 - t->column);
	put_bar(t, part);
	snprintf(text, sizeof(text), " %5.1f %%", 100 * part);
	terminal_put(t, str(text));
	if (forest_range(f, i, &low, &high))
		snprintf(text, sizeof(text), "  %.6g to %.6g", low, high);
	else
		snprintf(text, sizeof(text), "  never used");
	terminal_put_colored(t, TERMINAL_DIM, str(text));
	terminal_new_line(t);
}

static void put_features(struct terminal *t, const struct forest *f, const struct shape *s)
{
	int width = name_width(f);
	facts_put(t, "features", "",
		"%zu, with their part of the splits and the values they are "
		"compared with",
		f->feature_count);
	for (size_t i = 0; i < f->feature_count; i++)
		put_feature(t, f, s, i, width);
}

static void put_kind(struct terminal *t, const struct forest *f)
{
	facts_put(t, "kind", "", "%s: %s of the trees%s%s%s",
		f->regression ? "regression" : "classification", f->sum ? "sum" : "mean",
		f->base ? " and a base" : "", f->link ? ", then " : "",
		f->link ? link_name(f) : "");
}

static void put_model(struct terminal *t, const struct model_file *m, const struct shape *s)
{
	const struct forest *f = m->forest;
	char bytes[HUMAN_TEXT];
	human_size(bytes, (double)m->size);
	terminal_put_colored(t, TERMINAL_BOLD, str(path));
	terminal_new_line(t);
	facts_put(t, "form", "", "%s, %sB", model_form_name(m->form), bytes);
	put_kind(t, f);
	put_outputs(t, f);
	put_trees(t, f, s);
	facts_put(t, "values", "", "compared as %s", f->float64 ? "float 64" : "float 32");
	facts_put(t, "scaler", "", "%s",
		f->scaler.count ? scaler_method_name(f->scaler.method) : "none inside");
	put_missing(t, f, s);
	facts_put(t, "scored by", "", "%s", forest_evaluator(f));
	facts_put(t, "sha256", "", "%s", f->digest);
	put_features(t, f, s);
}

static void print_text(const struct model_file *m, const struct shape *s)
{
	struct buffer out = { 0 };
	struct terminal t = { .out = &out, .colored = facts_colored() };
	put_model(&t, m, s);
	fwrite(out.data, 1, out.len, stdout);
	buffer_free(&out);
}

int model_command_show(int argc, char **argv)
{
	struct model_file m;
	int status = command_parse(options, argc, argv);
	if (status)
		return status;
	status = model_command_load(path, &m);
	if (status)
		return status;
	struct shape s = measure(m.forest);
	if (json)
		print_json(&m, &s);
	else
		print_text(&m, &s);
	free(s.splits);
	model_close(&m);
	return EXIT_OK;
}
