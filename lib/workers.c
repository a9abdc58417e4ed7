#include "workers.h"

#include <pthread.h>

struct worker {
	void (*work)(void *context, unsigned worker);
	void *context;
	unsigned number;
	pthread_t thread;
};

static void *run(void *arg)
{
	const struct worker *w = arg;

	w->work(w->context, w->number);
	return NULL;
}

int workers_run(unsigned count, void (*work)(void *context, unsigned worker), void *context)
{
	struct worker workers[count];
	unsigned started = 1;
	int r = 0;

	for (; started < count && r == 0; started += r == 0) {
		workers[started] = (struct worker){ work, context, started, 0 };
		r = -pthread_create(&workers[started].thread, NULL, run, &workers[started]);
	}
	if (r == 0)
		work(context, 0);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	return r;
}
