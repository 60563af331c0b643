#ifndef DRIVERS_INJECT_MODULES_H
#define DRIVERS_INJECT_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers-inject/names.h"

struct error;
struct guest_files;
struct tree;

/* The name that modprobe compares: "a-b.ko.xz" and "x/a_b.ko" give "a_b". */
enum { MODULES_NAME_BYTES = 64 };

struct module {
	char name[MODULES_NAME_BYTES];
	const char *path;	  /* below the module folder, borrowed */
	const char *dependencies; /* paths between blanks, borrowed */
};

/* What one kernel of the guest has, from its module folder. */
struct modules {
	struct module *items; /* sorted by name */
	size_t count;
	struct names builtin; /* module names */
	char *dep_text;	      /* owns what the items borrow */
	char *alias_text;     /* of modules.alias; NULL: not read */
};

/* Does not fail: a name that is too long is cut, and then matches nothing. */
void modules_name(char name_out[MODULES_NAME_BYTES], const char *path);

/*
 * From the text of modules.dep (taken over: freed with the result, and on
 * failure) and of modules.builtin (may be NULL).  Absolute paths below `folder`,
 * as old tools wrote them, lose it; paths that leave the folder are refused.
 */
int modules_parse(struct modules **modules_out, const char *folder,
	char *dep_text, const char *builtin_text, struct error *err);

/*
 * From `folder` (/lib/modules/VERSION) of the guest.  Without modules.builtin,
 * what is =y in `config_path` counts for the modules that injection knows; the
 * path may be NULL or absent.  A kernel without any module has no folder: then
 * its configuration has to be there.
 */
int modules_load(struct modules **modules_out, const struct guest_files *files,
	const char *folder, const char *config_path, struct error *err);

/*
 * What an initramfs holds in `folder`, by the indexes in it; ENOENT when it has
 * none.  Aliases are read too.
 */
int modules_load_image(struct modules **modules_out, const struct tree *tree,
	const char *folder, struct error *err);

/* Does nothing to NULL. */
void modules_free(struct modules *modules);

static inline void
modules_freep(struct modules **modules)
{
	modules_free(*modules);
}

/* By its name; NULL when the kernel has no such module file. */
const struct module *modules_find(const struct modules *modules,
	const char *name);

bool modules_is_builtin(const struct modules *modules, const char *name);

/*
 * Add the paths of a module and of all that it needs, each once, in the order
 * in which they can be loaded.
 */
int modules_closure(const struct modules *modules, const struct module *module,
	struct names *paths, struct error *err);

/*
 * Read modules.alias of the folder, for modules_claim().  Its absence is no
 * failure.
 */
int modules_read_aliases(struct modules *modules,
	const struct guest_files *files, const char *folder, struct error *err);

/*
 * Does the module name this device as its own ("pci:v00008086d00007010sv...")?
 * Whatever nothing is known about does.
 */
bool modules_claim(const struct modules *modules, const char *name,
	const char *device);

/* What is put into an image, the first alone where space is scarce. */
enum modules_tier {
	MODULES_VIRTIO,	  /* a virtio-blk disk */
	MODULES_EMULATED, /* the other disks that a kernel of our time drives */
	MODULES_LEGACY,	  /* where the kernel drives none of them */
};

/* What a virtual machine's disks need. */
struct modules_wanted {
	const char *name;
	const char *config; /* the kernel's option */
	enum modules_tier tier;
	bool essential;	    /* its absence is worth a word */
	bool loaded;	    /* named in the load trigger */
};
extern const struct modules_wanted modules_wanted[];
extern const size_t modules_wanted_count;

#endif
