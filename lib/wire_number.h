/* Numbers of any type that stood on the wire; truth counts as 0 or 1. */
#ifndef DUTO_WIRE_NUMBER_H
#define DUTO_WIRE_NUMBER_H

#include "wire.h"

static inline bool wire_is_number(const struct wire *w)
{
	return w->type == WIRE_BOOL || w->type == WIRE_INT || w->type == WIRE_UINT ||
	       w->type == WIRE_DOUBLE;
}

/* Of a number that is no float 64. */
static inline __int128 wire_whole(const struct wire *w)
{
	return w->type == WIRE_BOOL ? w->b : w->type == WIRE_INT ? (__int128)w->i : (__int128)w->u;
}

static inline double wire_real(const struct wire *w)
{
	return w->type == WIRE_DOUBLE ? w->d : (double)wire_whole(w);
}

/* 2^64 values of 64 bits fit; beyond it wraps. */
static inline __int128 wire_whole_sum(__int128 a, __int128 b)
{
	return (__int128)((unsigned __int128)a + (unsigned __int128)b);
}

#endif
