/*
 * Manners on a server that does its work meanwhile.  The lowest class of disk
 * access, "idle", is not taken: on a disk that is never idle it would stand
 * still until the host takes the lane for lost.
 */
#include "p2v/gentle.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"

/* linux/ioprio.h is younger than many systems that this is built on. */
enum { WHO_PROCESS = 1, CLASS_BEST_EFFORT = 2, CLASS_SHIFT = 13, LOWEST = 7 };

void
gentle_begin(void)
{
	if (setpriority(PRIO_PROCESS, 0, 19) == -1)
		log_debug("cannot lower the priority at the processors");
	if (syscall(SYS_ioprio_set, WHO_PROCESS, 0,
		    CLASS_BEST_EFFORT << CLASS_SHIFT | LOWEST) == -1)
		log_debug("cannot lower the priority at the disks");
}
