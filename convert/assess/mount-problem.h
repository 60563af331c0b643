#ifndef CONVERT_ASSESS_MOUNT_PROBLEM_H
#define CONVERT_ASSESS_MOUNT_PROBLEM_H

enum { MOUNT_PROBLEM_BYTES = 256 };

/*
 * Why a mount failed, out of what libguestfs says about it (NULL: nothing): without
 * the names of programs, folders and devices of the appliance, which mean nothing
 * outside of it.  Returns `text`.
 */
const char *mount_problem(char text[MOUNT_PROBLEM_BYTES], const char *error);

#endif
