/* Text on standard output in the language of man(7): what would be a request or an escape there is
 * text again. */
#ifndef DUTO_ROFF_H
#define DUTO_ROFF_H

/* Within a line; line ends become spaces. */
void roff_text(const char *text);

/* Lines that stay lines. */
void roff_lines(const char *text);

/* Paragraphs, an empty line between them; those that begin with a space stay as they are. */
void roff_paragraphs(const char *text);

#endif
