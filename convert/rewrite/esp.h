#ifndef CONVERT_REWRITE_ESP_H
#define CONVERT_REWRITE_ESP_H

#include <stdbool.h>
#include <stddef.h>

struct efi_owner;
struct error;
struct findings;
struct guest_files;

/* A file that is to be made: a copy of another, or a text. */
struct esp_file {
	char to[320], from[320]; /* `from` is empty for a text */
	const char *text;
	size_t bytes;
};

enum { ESP_FILES = 16 };

enum esp_state {
	ESP_WHOLE,   /* the path leads to the guest's loader */
	ESP_LACKING, /* it will once the files are made */
	ESP_EMPTY,   /* there is no loader that this VM can start */
	ESP_ELILO    /* what there is, is ELILO */
};

struct esp {
	enum esp_state state;
	char loader[320]; /* of the guest, as a path; empty when unknown */
	struct esp_file files[ESP_FILES];
	size_t file_count;
};

/*
 * What an EFI system partition, mounted at `point`, lacks for a firmware that
 * knows no entries: it starts EFI/BOOT/BOOTX64.EFI (BOOTIA32, BOOTAA64) alone.
 * Reads only.
 */
int esp_plan(struct esp *esp_out, const struct guest_files *files,
	const char *point, const struct efi_owner *owner, struct error *err);

/* One more that is to be made, of `text`, which is borrowed. */
void esp_add_text(struct esp *esp, const char *to, const char *text,
	size_t bytes);

/*
 * Is there room for all of the files on the partition, mounted at `point`?
 * Half of them would start nothing.  Fails with ENOSPC when not, and with EFBIG
 * when one is larger than any boot loader.
 */
int esp_check_room(const struct esp *esp, const struct guest_files *files,
	const char *point, struct error *err);

/*
 * False, and a finding about `partition`, when that is known not to be so; of one
 * that cannot be asked, writing will tell.
 */
bool esp_has_room(const struct esp *esp, const struct guest_files *files,
	const char *point, const char *partition, struct findings *findings);

/* Make one of the files; `to`'s folder is there. */
int esp_make(const struct esp_file *file, const struct guest_files *files,
	void **data_out, size_t *bytes_out, struct error *err);

#endif
