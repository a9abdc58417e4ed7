/* What duto doctor finds. */
#ifndef DUTO_DOCTOR_H
#define DUTO_DOCTOR_H

#include <stdbool.h>

struct doctor_settings {
	const char *devices; /* the folder of serial ports: /dev */
	double room;	     /* the share of a disk that should be free */
};

/* Something of an area ("clock", "disk") is as it should be, or could not be looked at. */
void doctor_good(const char *area, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something is wrong; mend is the command that puts it right, malloc'ed, and freed here. */
void doctor_wrong(const char *area, char *mend, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void doctor_machine(const struct doctor_settings *settings); /* clock, disks, serial ports */
void doctor_setup(void);				     /* secrets, pipelines */
void doctor_running(void);				     /* programs, sockets, keeps */

/* Units, where systemd runs and the files are those that it takes. Sets variables: goes last. */
void doctor_units(void);

#endif
