/* Where the filters' executables are: $DUTO_LIBEXEC; else `libexec` beside this executable (a
 * build); else `../libexec/duto` from it (installed) or `../../../libexec/duto` (the generator,
 * installed), then /usr/local/libexec/duto for filters from elsewhere. */
#ifndef DUTO_LIBEXEC_H
#define DUTO_LIBEXEC_H

#include <stddef.h>

/* Names of all filters, sorted; kept until the end of the process. */
const char *const *libexec_filters(size_t *ret_count);

/* Malloc'ed path of a filter's executable; NULL: there is no such filter. */
char *libexec_path(const char *filter);

/* Malloc'ed path of another file beside them. */
char *libexec_file(const char *name);

#endif
