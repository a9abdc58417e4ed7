/* What `duto check` says of keeps. */
#ifndef DUTO_CHECK_KEEP_H
#define DUTO_CHECK_KEEP_H

#include "pipeline/pipeline.h"

/* Adds mistakes and notes about which stages keep and which must, and, where the pipeline file alone
 * has none, about samples that reach a keep by two ways. passes: of each stage, that samples which
 * come in go on with the identity that they have. */
void check_keeps(struct pipeline *p, const bool *passes);

#endif
