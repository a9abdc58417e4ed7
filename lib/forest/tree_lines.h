/* The lines of a forest's trees, from "trees COUNT" on: schemas/forest.md. Inside lib/forest. */
#ifndef DUTO_FOREST_TREE_LINES_H
#define DUTO_FOREST_TREE_LINES_H

#include "forest/forest.h"
#include "forest/lines.h"

/* Reads the trees into a forest whose features, outputs and link are known. 0, or -EINVAL with the
 * reader's error; what was read until then belongs to the forest. */
int tree_lines_read(struct lines *r, struct forest *f);

#endif
