/* Command lines as pipeline files hold them. They never go to a shell; these are all the rules:
 *
 * Space, tab and newline part words. Single quotes hold text as it is; double quotes hold text with
 * $NAME in it. $NAME and ${NAME} stand for a variable's value, which is not split again; any other
 * $ is itself. `|` outside quotes parts one command from the next. */
#ifndef DUTO_COMMANDLINE_H
#define DUTO_COMMANDLINE_H

#include <stdbool.h>
#include <stddef.h>

struct commandline_word {
	char *text;    /* malloc'ed */
	size_t offset; /* where its first character stands in the line, behind a quote */
	bool bar;      /* a `|` between commands, not a word */
};

struct commandline {
	struct commandline_word *words;
	size_t count;
};

struct commandline_reader {
	const char *(*variable)(
		void *context, const char *name); /* its value, or NULL: not defined */
	void (*mistake)(void *context, size_t offset, const char *text);
	void *context;
};

/* Splits a line. Mistakes (a quote that does not end, a variable that is not defined, what only a
 * shell would understand) go to the reader; the words are given as far as they are clear. */
void commandline_split(
	const char *line, const struct commandline_reader *reader, struct commandline *ret);
void commandline_free(struct commandline *c);

/* One text in which only $NAME counts, such as an address. Malloc'ed. */
char *commandline_expand(const char *text, const struct commandline_reader *reader);

#endif
