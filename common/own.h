#ifndef COMMON_OWN_H
#define COMMON_OWN_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Ownership that can be seen: a variable declared AUTO(fn) is released by
 * fn(&variable) at the end of its scope, and take(variable) hands it over by
 * yielding the pointer and leaving NULL behind.
 *
 * A release function for use with AUTO takes the address of the variable,
 * accepts NULL in it, and has the name of the plain one with a `p` behind:
 * image_close(image) and image_closep(&image).
 */
#define AUTO(fn) __attribute__((cleanup(fn)))

#define take(p)                                                                \
	({                                                                     \
		__auto_type taken_ = (p);                                      \
		(p) = NULL;                                                    \
		taken_;                                                        \
	})

/* As take(), for file descriptors: leaves -1 behind. */
static inline int
take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Define NAMEp(TYPE **) from NAME(TYPE *). */
#define OWN_DEFINE(type, name)                                                 \
	static inline void name##p(type **p)                                   \
	{                                                                      \
		if (*p != NULL)                                                \
			name(*p);                                              \
	}

/* For any pointer from malloc: AUTO(freep) char *text = NULL; */
static inline void
freep(void *p)
{
	free(*(void **)p);
}

static inline void
fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
file_closep(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
}

#endif
