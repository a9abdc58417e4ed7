/* Processes. Those of a supervisor are forked with clean signals, die with their parent, and are heard
 * of through a descriptor. */
#ifndef DUTO_PROCESS_H
#define DUTO_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_STATUS_TEXT = 80 };

/* From here on INT, TERM, HUP and CHLD are heard through the descriptor returned, and PIPE is
 * ignored. -errno. */
int process_listen(void);

/* The next signal of the descriptor; 0: none. HUP asks for what can be loaded anew; where the
 * terminal has gone it means TERM, and is given so. */
int process_signal(int fd);

/* As fork(2). The child gets signals as they were before process_listen, but HUP ignored until it
 * has a use for it, streams[i] in place of descriptor i (-1: it keeps the parent's), and is killed
 * when its parent dies. */
pid_t process_fork(const int streams[3]);

/* A child that has ended, with its exit status, or 128 and its signal; 0: none. */
pid_t process_reap(int *ret_status);

/* Waits for a child to end: its exit status, or 128 and its signal; or -errno. */
int process_wait(pid_t child);

/* Runs a program with its words, NULL behind the last, to its end; returns as process_wait. */
int process_run(char *const argv[]);

/* Whether the program of a process, whose path is put into ret_program, was replaced while it runs.
 * False where it cannot be seen. */
bool process_is_replaced(pid_t pid, char ret_program[PATH_MAX]);

/* "left with status 111", "was killed by signal 9 (Killed)" */
void process_status_text(int status, char text[PROCESS_STATUS_TEXT]);

#endif
