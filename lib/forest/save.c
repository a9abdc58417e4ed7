/* Writes the text form of a forest, `duto-forest 1`: schemas/forest.md. */
#include <stdlib.h>

#include "file.h"
#include "forest/forest.h"
#include "number.h"

static void add_word(struct buffer *b, const char *word)
{
	buffer_add_str(b, str(word));
	buffer_add_char(b, ' ');
}

static void add_number(struct buffer *b, double v)
{
	buffer_reserve(b, NUMBER_TEXT);
	b->len += number_format((char *)b->data + b->len, v, false);
	buffer_add_char(b, ' ');
}

/* The last space becomes the line's end. */
static void end_line(struct buffer *b)
{
	b->data[b->len - 1] = '\n';
}

static void write_names(struct buffer *b, const char *word, char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add_word(b, word);
		add_word(b, names[i]);
		end_line(b);
	}
}

static void write_scaler(struct buffer *b, const struct scaler *s)
{
	if (!s->count)
		return;
	add_word(b, "scaler");
	add_word(b, scaler_method_name(s->method));
	end_line(b);
	for (size_t i = 0; i < s->count; i++) {
		add_word(b, "scale");
		add_number(b, s->fields[i].a);
		add_number(b, s->fields[i].b);
		end_line(b);
	}
}

static void write_aggregate(struct buffer *b, const struct forest *f)
{
	static const char *const links[] = { "", "link logistic\n", "link softmax\n" };

	buffer_add_str(b, str(f->float64 ? "float64\n" : ""));
	buffer_add_str(b, str(f->missing ? "missing\n" : ""));
	buffer_add_str(b, str(f->sum ? "sum\n" : ""));
	buffer_add_str(b, str(links[f->link]));
	if (!f->base)
		return;
	add_word(b, "base");
	for (size_t k = 0; k < f->leaf_width; k++)
		add_number(b, f->base[k]);
	end_line(b);
}

static void write_node(
	struct buffer *b, const struct forest_node *n, const double *leaf, size_t width)
{
	if (n->feature == FOREST_LEAF) {
		add_word(b, "leaf");
		for (size_t k = 0; k < width; k++)
			add_number(b, leaf[k]);
	} else {
		add_word(b, "split");
		add_number(b, n->feature);
		add_number(b, n->threshold);
		add_number(b, n->left);
		add_number(b, n->right);
		add_word(b, n->missing_left ? "left" : "right");
		if (n->left_share != 0.5)
			add_number(b, n->left_share);
	}
	end_line(b);
}

static void write_tree(struct buffer *b, const struct forest_tree *t, size_t width)
{
	add_word(b, "tree");
	add_number(b, t->count);
	end_line(b);
	for (uint32_t i = 0; i < t->count; i++)
		write_node(b, &t->nodes[i], t->leaves + t->nodes[i].left * width, width);
}

int forest_save(struct forest *f, const char *path)
{
	struct buffer b = { 0 };
	int e;

	buffer_add_str(&b, STR("duto-forest 1\n"));
	write_names(&b, "feature", f->features, f->feature_count);
	write_scaler(&b, &f->scaler);
	write_names(&b, f->regression ? "regression" : "class", f->outputs, f->output_count);
	write_aggregate(&b, f);
	add_word(&b, "trees");
	add_number(&b, (double)f->tree_count);
	end_line(&b);
	for (size_t i = 0; i < f->tree_count; i++)
		write_tree(&b, &f->trees[i], f->leaf_width);
	digest_sha256(buffer_str(&b), f->digest);
	add_word(&b, "sha256");
	add_word(&b, f->digest);
	end_line(&b);
	e = file_replace(path, buffer_str(&b));
	buffer_free(&b);
	return e;
}
