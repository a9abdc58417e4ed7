#include "mistake.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool is_same(const struct mistake *a, const struct mistake *b)
{
	return a->line == b->line && a->column == b->column && strcmp(a->path, b->path) == 0 &&
	       strcmp(a->text, b->text) == 0;
}

/* Takes text over. */
static void add(struct mistakes *m, const char *path, int line, int column, bool note, char *text)
{
	struct mistake new = { strdup(path), line, column, note, text };
	if (m->count == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 8;
		m->all = realloc(m->all, m->cap * sizeof(*m->all));
	}
	if (!new.path || !m->all)
		abort();
	for (size_t i = 0; i < m->count; i++) {
		if (!is_same(&m->all[i], &new))
			continue;
		free(new.path);
		free(new.text);
		return;
	}
	m->all[m->count++] = new;
}

void mistake_add(struct mistakes *m, const char *path, int line, int column, bool note,
	const char *format, va_list args)
{
	add(m, path, line, column, note, text_vprint(format, args));
}

void mistake_add_message(struct mistakes *m, const char *path, char *message)
{
	size_t len = strlen(path);
	int line = 0, column = 0, used = 0;
	if (strncmp(message, path, len) == 0 && message[len] == ':') {
		sscanf(message + len, ":%d:%d: %n", &line, &column, &used);
		memmove(message, message + len + (used ? used : 2),
			strlen(message + len + (used ? used : 2)) + 1);
	}
	add(m, path, line, column, false, message);
}

static const char *first_path;

static int compare(const void *left, const void *right)
{
	const struct mistake *a = left, *b = right;
	int a_other = strcmp(a->path, first_path) != 0, b_other = strcmp(b->path, first_path) != 0;
	if (a_other != b_other)
		return a_other - b_other;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return strcmp(a->text, b->text);
}

void mistake_sort(struct mistakes *m, const char *path)
{
	first_path = path;
	if (m->count)
		qsort(m->all, m->count, sizeof(*m->all), compare);
}

size_t mistake_count(const struct mistakes *m)
{
	size_t count = 0;
	for (size_t i = 0; i < m->count; i++)
		count += !m->all[i].note;
	return count;
}

void mistake_print(const struct mistakes *m, FILE *to)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct mistake *one = &m->all[i];
		fprintf(to, "%s:", one->path);
		if (one->line)
			fprintf(to, "%d:%d:", one->line, one->column);
		fprintf(to, " %s%s\n", one->note ? "note: " : "", one->text);
	}
}

void mistake_free(struct mistakes *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->all[i].path);
		free(m->all[i].text);
	}
	free(m->all);
	*m = (struct mistakes){ 0 };
}
