/* The loop of lib/filter: reads the inputs, runs the source, waits. Not for filters. */
#ifndef DUTO_LOOP_H
#define DUTO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "link/link.h"

enum { LOOP_LINKS = 64 };

extern struct link *loop_inputs[LOOP_LINKS], *loop_outputs[LOOP_LINKS];
extern int loop_input_count, loop_output_count;

/* Runs until the inputs or the source end, or the process is told to stop; then hands on what is
 * left. Returns the exit status. stop_after: how long a filter goes on after it was told to stop;
 * merge: its inputs are read in the order of time. */
int loop_run(int64_t stop_after, bool merge);

/* Whether there is input to read: known once the filter has started. */
bool loop_reads(void);

/* Signals are heard from here on. */
void loop_listen(void);
int loop_signal_fd(void); /* readable once one was heard */
void loop_reload_if_asked(void);

/* Waits until a link, a signal or a deadline calls, for an output that has just said -EAGAIN. */
void loop_wait_for_room(void);

/* Says what failed, and leaves. */
void loop_output_failed(const struct link *l, int error) __attribute__((noreturn));

/* Closes what is open without handing on anything, and exits. */
void loop_leave(int status) __attribute__((noreturn));

/* The sample being handled, or NULL. */
const struct sample *loop_current(void);

#endif
