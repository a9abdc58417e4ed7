#include "commandline.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "buffer.h"
#include "text.h"

/* A line while it is split. */
struct split {
	const char *line, *at;
	const struct commandline_reader *reader;
	struct buffer word;
};

static void mistake(const struct split *s, const char *at, const char *text)
{
	s->reader->mistake(s->reader->context, (size_t)(at - s->line), text);
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The variable's name behind a $, its length in *ret_len and what to skip in *ret_skip; NULL: not a
 * variable. */
static const char *variable_name(const char *dollar, size_t *ret_len, size_t *ret_skip)
{
	bool braces = dollar[1] == '{';
	const char *name = dollar + 1 + braces;
	size_t len = 0;
	while (is_name(name[len]))
		len++;
	if (len == 0 || isdigit((unsigned char)*name) || (braces && name[len] != '}'))
		return NULL;
	*ret_len = len;
	*ret_skip = len + 1 + 2 * (size_t)braces;
	return name;
}

static void take_variable(struct split *s)
{
	size_t len, skip;
	const char *name = variable_name(s->at, &len, &skip);
	if (!name) {
		buffer_add_char(&s->word, *s->at++);
		return;
	}
	char *copy = or_abort(strndup(name, len));
	const char *value = s->reader->variable(s->reader->context, copy);
	if (value) {
		buffer_add(&s->word, value, strlen(value));
	} else {
		char *text = text_print(
			"$%s is not defined: not under vars, in the environment file or in the "
			"environment",
			copy);
		mistake(s, s->at, text);
		free(text);
	}
	free(copy);
	s->at += skip;
}

static void take_quoted(struct split *s)
{
	const char *open = s->at++;
	while (*s->at && *s->at != *open) {
		if (*s->at == '$' && *open == '"')
			take_variable(s);
		else
			buffer_add_char(&s->word, *s->at++);
	}
	if (*s->at)
		s->at++;
	else
		mistake(s, open, *open == '"' ? "this \" is not closed" : "this ' is not closed");
}

/* Words that a shell would act on would reach the filter as plain words: hardly what was meant. */
static void refuse_shell(const struct split *s)
{
	char text[120];
	size_t digits = isdigit((unsigned char)*s->at) ? 1 : 0;
	size_t len = strspn(s->at + digits, digits ? "<>" : "<>&;`");
	if (len == 0 && !digits && strncmp(s->at, "$(", 2) == 0)
		len = 2;
	if (len == 0)
		return;
	snprintf(text, sizeof(text),
		"%.*s is the shell's; run does not go to a shell (put it in quotes if it is meant)",
		(int)(digits + len), s->at);
	mistake(s, s->at, text);
}

static void take_word(struct split *s)
{
	while (*s->at && !strchr(" \t\r\n|", *s->at)) {
		if (*s->at == '\'' || *s->at == '"')
			take_quoted(s);
		else if (*s->at == '$')
			take_variable(s);
		else
			buffer_add_char(&s->word, *s->at++);
	}
}

static char *word_text(struct split *s)
{
	buffer_add_char(&s->word, 0);
	s->word.len = 0;
	return or_abort(strdup((const char *)s->word.data));
}

static void add(struct commandline *c, size_t offset, char *text, bool bar)
{
	c->words = reallocate(c->words, c->count + 1, sizeof(*c->words));
	c->words[c->count++] = (struct commandline_word){ text, offset, bar };
}

void commandline_split(
	const char *line, const struct commandline_reader *reader, struct commandline *ret)
{
	struct split s = { .line = line, .at = line, .reader = reader };
	*ret = (struct commandline){ 0 };
	for (;;) {
		s.at += strspn(s.at, " \t\r\n");
		const char *start = s.at;
		if (!*start)
			break;
		bool bar = *start == '|';
		if (bar) {
			buffer_add_char(&s.word, *s.at++);
		} else {
			refuse_shell(&s);
			take_word(&s);
		}
		bool quoted = *start == '\'' || *start == '"';
		add(ret, (size_t)(start - line) + quoted, word_text(&s), bar);
	}
	buffer_free(&s.word);
}

void commandline_free(struct commandline *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->words[i].text);
	free(c->words);
	*c = (struct commandline){ 0 };
}

char *commandline_expand(const char *text, const struct commandline_reader *reader)
{
	struct split s = { .line = text, .at = text, .reader = reader };
	while (*s.at) {
		if (*s.at == '$')
			take_variable(&s);
		else
			buffer_add_char(&s.word, *s.at++);
	}
	char *expanded = word_text(&s);
	buffer_free(&s.word);
	return expanded;
}
