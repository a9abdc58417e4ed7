/* Rows of history_sql_identities as samples. */
#ifndef DUTO_HISTORY_IDENTITIES_H
#define DUTO_HISTORY_IDENTITIES_H

#include <libpq-fe.h>

#include "sample.h"

/* Appends the sample of one row, in binary form. */
void history_identity_write(struct sample_writer *w, struct buffer *to, const PGresult *row);

#endif
