/* Data that ship with Duto and that people extend: schemas/devices, schemas/tariffs, ... */
#ifndef DUTO_SHIPPED_H
#define DUTO_SHIPPED_H

/* Finds a data file that an option or another file names: as given (where beside is not NULL and
 * the name is relative, in that file's folder first); then, for a name without a slash, in the
 * shipped folder of its kind ("devices"), which is $DUTO_SCHEMAS/KIND, or schemas/KIND or
 * share/duto/KIND in one of the folders above the program. 0 with a malloc'ed path; -ENOENT with a
 * malloc'ed message that says where it was looked for and which name may be meant. */
int shipped_find(
	const char *kind, const char *name, const char *beside, char **ret_path, char **ret_error);

#endif
