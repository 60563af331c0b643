#ifndef DRIVERS_INJECT_DEPMOD_H
#define DRIVERS_INJECT_DEPMOD_H

#include <stddef.h>
#include <stdint.h>

struct error;

/* A folder for the host's depmod, on its way; removed by depmod_free(). */
struct depmod;

int depmod_new(struct depmod **depmod_out, const char *version,
	struct error *err);

/* Does nothing to NULL. */
void depmod_free(struct depmod *depmod);

static inline void
depmod_freep(struct depmod **depmod)
{
	depmod_free(*depmod);
}

/* Put a file below the module folder: "kernel/fs/x.ko", "modules.order". */
int depmod_add(struct depmod *depmod, const char *path, const void *data,
	size_t bytes, struct error *err);

/*
 * Run depmod, confined, over what was added and hand every index file (name
 * without folder) to `take_file`, sorted by name.  A failure of take_file is
 * the result.
 */
int depmod_run(struct depmod *depmod,
	int (*take_file)(void *context, const char *name, const void *data,
		size_t bytes, struct error *err),
	void *context, struct error *err);

#endif
