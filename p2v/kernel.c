/*
 * Old kernels: what runs on the legacy system itself meets them, and would fail
 * in odd places later on.
 */
#include "p2v/kernel.h"

#include <stdio.h>

#include "common/error.h"

int
kernel_check(const char *release, struct error *err)
{
	int major, minor;

	if (sscanf(release, "%d.%d", &major, &minor) != 2 ||
		major > KERNEL_MAJOR ||
		(major == KERNEL_MAJOR && minor >= KERNEL_MINOR))
		return 0;
	error_set(err, 0, "this machine runs Linux %.60s, and this program "
		"needs %d.%d or later", release, KERNEL_MAJOR, KERNEL_MINOR);
	return error_hint(err, "Boot the machine from the live image; it brings "
		"its own kernel.");
}
