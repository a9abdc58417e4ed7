/* What is in a folder, in the order of names. */
#ifndef DUTO_FOLDER_H
#define DUTO_FOLDER_H

/* Calls each with the path of every entry, those aside that begin with a dot, and with its name in
 * the folder; stops at the first call that does not return 0, and returns that. -errno where the
 * folder cannot be read. */
int folder_each(const char *path, int (*each)(const char *path, const char *name, void *context),
	void *context);

#endif
