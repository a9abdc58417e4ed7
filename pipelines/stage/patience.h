/* How long a stage may take to stop. */
#ifndef DUTO_PATIENCE_H
#define DUTO_PATIENCE_H

#include <stdint.h>

#include "pipeline/pipeline.h"

/* What its filters give themselves (--stop), and a little; nanoseconds. */
int64_t patience(const struct stage *stage);

#endif
