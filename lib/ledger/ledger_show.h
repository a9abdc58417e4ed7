/* Accounts of a ledger for people, a line each, and as JSON. */
#ifndef DUTO_LEDGER_SHOW_H
#define DUTO_LEDGER_SHOW_H

#include "ledger.h"
#include "terminal.h"

/* How wide the columns of names are. Begins as LEDGER_SHOW; measure every line before the first is
 * put. */
struct ledger_show {
	int source, kind;
};

#define LEDGER_SHOW                                                                                \
	{                                                                                          \
		sizeof("SOURCE") - 1, sizeof("KIND") - 1                                           \
	}

void ledger_show_measure(struct ledger_show *show, const struct ledger_line *line);
void ledger_show_titles(const struct ledger_show *show, struct terminal *t);
/* The account's line, and below it where and why samples were dropped and which are missing. */
void ledger_show_line(
	const struct ledger_show *show, struct terminal *t, const struct ledger_line *line);

/* Appends {"source","kind","run","first","last","sent","stored","repeated","dropped","missing",
 * "drops":[{"stage","reason","first","last","count"}],"absent":[[first,last]]} and a newline. */
void ledger_show_json(struct buffer *out, const struct ledger_line *line);

#endif
