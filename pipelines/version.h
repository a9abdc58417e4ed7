/* The version of this build, as systemd/debian/changelog has it. */
#ifndef DUTO_VERSION_H
#define DUTO_VERSION_H

extern const char *const duto_version;

#endif
