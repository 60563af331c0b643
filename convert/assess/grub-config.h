#ifndef CONVERT_ASSESS_GRUB_CONFIG_H
#define CONVERT_ASSESS_GRUB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/* A word of a GRUB script line, as it stands in the text. */
struct grub_word {
	size_t offset, bytes;
};

/*
 * Is the line at `offset` a command that loads a Linux kernel ("linux",
 * "linux16", "linuxefi")?  *word_out is its first argument, the kernel.
 */
bool grub_is_linux(const char *text, size_t offset, struct grub_word *word_out);

/* Is it the command that loads an initramfs ("initrd", "initrd16", ...)? */
bool grub_is_initrd(const char *text, size_t offset, struct grub_word *word_out);

/*
 * The path, as GRUB sees it, of the kernel that boots by default: that of the
 * entry which `set default` (or `saved`, grubenv's saved_entry; may be NULL)
 * names, else the first.  False when the text has no Linux entry.
 */
bool grub_default_kernel(const char *text, const char *saved, char *path_out,
	size_t room);

/* The same for the entry that `wanted` names: its title, id or number. */
bool grub_kernel_of(const char *text, const char *wanted, char *path_out,
	size_t room);

#endif
