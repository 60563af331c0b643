#ifndef CONVERT_CAPTURE_ROOM_H
#define CONVERT_CAPTURE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

struct error;

/*
 * Whether two files in the folder can share an extent, found out by trying, so
 * that a block that is taken from another capture needs no room.
 */
bool room_is_shared(const char *folder);

/*
 * Fails with ENOSPC, and says how much is lacking, when `bytes` more do not fit
 * below `path`, beside what maps and others take meanwhile.
 */
int room_check(const char *path, uint64_t bytes, struct error *err);

#endif
