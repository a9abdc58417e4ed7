/* Work shared by a few threads for as long as it takes. */
#ifndef DUTO_WORKERS_H
#define DUTO_WORKERS_H

/* Calls work(context, 0..count-1) at once, worker 0 in the calling thread, and returns when all
 * have. 0 or -errno of starting a thread: those that were started have then done their part. */
int workers_run(unsigned count, void (*work)(void *context, unsigned worker), void *context);

#endif
