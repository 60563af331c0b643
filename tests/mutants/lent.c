/* The conversion's calls for an appliance, answered with one that runs already. */
#include "tests/mutants/lent.h"

#include "common/error.h"
#include "convert/assess/sectors.h"

static guestfs_h *lent;

__typeof__(appliance_open) __wrap_appliance_open;
__typeof__(appliance_close) __wrap_appliance_close;
__typeof__(appliance_kill) __wrap_appliance_kill;

void
lent_set(guestfs_h *g)
{
	lent = g;
}

int
__wrap_appliance_open(guestfs_h **g_out, const struct appliance_disk *disks,
	size_t count, bool opens_luks, struct error *err)
{
	if (lent == NULL)
		return __real_appliance_open(g_out, disks, count, opens_luks,
			err);
	sectors_forget(lent);
	*g_out = lent;
	return 0;
}

int
__wrap_appliance_close(guestfs_h *g, struct error *err)
{
	return guestfs_umount_all(g) == -1
		? guest_error(err, g, "unmount the guest")
		: 0;
}

void
__wrap_appliance_kill(guestfs_h *g)
{
	if (g != NULL)
		guestfs_umount_all(g);
}
