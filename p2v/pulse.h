#ifndef P2V_PULSE_H
#define P2V_PULSE_H

#include "common/own.h"

struct channel;
struct error;

/*
 * Tells the host that a lane lives while it is at work for long, on a disk that
 * is dying perhaps: PONG every so many milliseconds.  Without it, nobody could
 * tell a slow disk from a wire that loses bytes.
 */
struct pulse;
int pulse_new(struct pulse **pulse_out, unsigned every_ms, struct error *err);
void pulse_free(struct pulse *pulse);
OWN_DEFINE(struct pulse, pulse_free)

/* Between the two, the caller leaves the channel alone. */
void pulse_begin(struct pulse *pulse, struct channel *channel);
void pulse_end(struct pulse *pulse);

#endif
