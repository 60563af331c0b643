#ifndef CONVERT_ASSESS_EFI_LOADERS_H
#define CONVERT_ASSESS_EFI_LOADERS_H

#include <stdbool.h>
#include <stddef.h>

struct guest_files;
struct names;

/* The later kind is preferred: it leads to the others. */
enum efi_kind { EFI_OTHER, EFI_ELILO, EFI_GRUB, EFI_MENU, EFI_SHIM };

/* What tells the guest's own loaders from others on the same partition. */
struct efi_owner {
	const char *distro;	  /* "debian": names its folder */
	const char *const *uuids; /* of its file systems; ends with NULL */
	const char *preferred;	  /* "\EFI\debian\shimx64.efi", which the old
				   * firmware started; or NULL */
};

struct efi_loader {
	char path[320];
	size_t folder_bytes; /* of the path */
	enum efi_kind kind;
	unsigned machine; /* as a PE file has it */
	int score;	  /* how surely it is the guest's */
};

enum { EFI_LOADERS = 64, EFI_PROGRAM_BYTES = 16 << 20 };

/* The loaders in the vendors' folders of a mounted EFI system partition. */
struct efi_loaders {
	const struct guest_files *files;
	const char *point; /* where it is mounted */
	const struct efi_owner *owner;
	struct efi_loader list[EFI_LOADERS];
	size_t count;
	char boot[300];	  /* the folder EFI/BOOT, as it is written there */
	bool has_entries; /* of systemd-boot */
};

/* `loaders` names files, point and owner; what cannot be read is passed by. */
void efi_loaders_scan(struct efi_loaders *loaders);

/* The guest's, for this machine; NULL: none. */
const struct efi_loader *efi_loaders_best(const struct efi_loaders *loaders,
	unsigned machine);

/* A whole program, freed by the caller; NULL for what cannot be read. */
char *efi_read_program(const struct guest_files *files, const char *path,
	size_t *bytes_out);

/* Does it name one of the guest's file systems? */
bool efi_mentions(const char *data, size_t bytes,
	const struct efi_owner *owner);

/* The names in a folder, sorted; false when there is none. */
bool efi_list(const struct guest_files *files, const char *folder,
	struct names *names);

/* FAT does not tell capitals apart, other file systems do: NULL when absent. */
const char *efi_find(const struct names *names, const char *wanted);
bool efi_starts_with(const char *text, const char *start);
bool efi_ends_with(const char *text, const char *end);

#endif
