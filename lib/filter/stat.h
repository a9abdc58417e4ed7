/* Counters of a running filter, in a page that others read while it runs (`duto top`, metrics): a
 * file of its own, mapped shared, at $DUTO_STAT. Without the variable the page is private. The
 * layout is versioned by its magic. */
#ifndef DUTO_STAT_H
#define DUTO_STAT_H

#include <stdatomic.h>
#include <stdint.h>

#define STAT_MAGIC "duto-st2"

enum { STAT_REASONS = 8 };

struct stat_reason {
	char text[40];
	atomic_uint_fast64_t count;
};

struct stat_page {
	char magic[8];
	int32_t pid;
	uint32_t starts;
	char stage[32], filter[32];
	int64_t started;	      /* wall clock */
	atomic_uint_fast64_t in, out; /* samples (records, of a filter that reads bytes: 0) */
	atomic_uint_fast64_t in_bytes, out_bytes;
	atomic_uint_fast64_t dropped, lost,
		warnings;	    /* lost: messages of a tap that did not arrive */
	atomic_uint_fast64_t queue; /* batches on the way out and not yet acknowledged */
	atomic_int_fast64_t newest; /* time of the newest sample handled or made, 0: none yet */
	struct stat_reason reasons[STAT_REASONS]; /* why samples were dropped */
	char status[128], error[256];		  /* how it is; its newest warning or error */
	int64_t error_at;			  /* wall clock */
};

/* This process's page; never NULL. */
extern struct stat_page *stat_page;

/* Maps the page at path, or a private one where path is NULL or cannot be made (then -errno, and it
 * works all the same). */
int stat_open(const char *path, const char *stage, const char *filter);

/* Counts a drop under its reason. Returns how often it has come now. */
uint64_t stat_drop(const char *reason);

/* Maps somebody's page for reading: NULL where there is none or it is of another layout. */
const struct stat_page *stat_map(const char *path);
void stat_unmap(const struct stat_page *page);

#endif
