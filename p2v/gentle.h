#ifndef P2V_GENTLE_H
#define P2V_GENTLE_H

/* Connections that a running server is asked for: each takes about 5 MB. */
enum { GENTLE_LANES = 2 };

/*
 * Let everything else on this machine go first, at the processors and at the
 * disks.  For the calling thread and those that it starts.  That it cannot be
 * done is no failure.
 */
void gentle_begin(void);

#endif
