#ifndef CONVERT_REWRITE_AGENT_H
#define CONVERT_REWRITE_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "convert/rewrite/bundle.h"

struct changes;
struct error;
struct findings;
struct guest;
struct guest_files;

enum { AGENT_PACKAGES = 8 };

/* What will be unpacked into the guest: the agent, then libraries for it. */
struct agent {
	struct bundle *packages[AGENT_PACKAGES];
	size_t count;
	bool is_told; /* dpkg, by what is planned */
};

/*
 * Choose qemu-guest-agent for a guest from a folder of packages (NULL: there is
 * none): of its kind and architecture, best of its release, whose libraries the
 * guest or the folder has.  A guest that has an agent already gets none, and one
 * without room for it beside what its initramfs images grow by.  Plans
 * dpkg's record of it; rpm's is a database that nothing here can write.  What was
 * chosen, or why nothing, is a finding.  Sets guest->agent.
 */
int agent_plan(struct agent *agent, struct guest *guest,
	const struct guest_files *files, const char *folder,
	struct changes *changes, struct findings *findings, struct error *err);

/*
 * Give up what was chosen when dpkg's record of it lacks room or was not
 * written, or without one, something that the VM needs more.
 */
void agent_check(struct agent *agent, struct guest *guest, const char *folder,
	const struct changes *changes, struct findings *findings);

/*
 * Plan dpkg's record of them.  Without a status that can be read, or with another
 * record of the agent, dpkg will not know: *is_known_out.
 */
int agent_tell_dpkg(const struct agent *agent, const struct guest_files *files,
	struct changes *changes, bool *is_known_out, struct error *err);

/*
 * Plan the files of what was chosen, as data: no script of a package runs.  Files
 * that are there stay.  The unit is enabled by links.
 */
int agent_install(const struct agent *agent, const struct guest_files *files,
	struct changes *changes, struct error *err);

void agent_release(struct agent *agent);

#endif
