#ifndef CONVERT_ASSESS_CONFIG_FILES_H
#define CONVERT_ASSESS_CONFIG_FILES_H

struct error;
struct findings;
struct guest_files;
struct names;

/*
 * Add the paths that a shell pattern leads to ("/etc/net/ifaces/?*", wildcards in
 * any part), sorted within each folder; at most 1000.  /dev/null, which masks, is
 * left out, and folders that are not named as files are; anything else that is no
 * file is for config_text() to refuse.
 * What cannot be listed counts as empty.  -1 only when out of memory.
 */
int config_files(struct names *paths, const struct guest_files *files,
	const char *pattern, struct error *err);

/*
 * A text of the guest, freed by the caller; NULL when it is not there.  One that
 * is no regular file, larger than 1 MiB or holds no text is refused: NULL and a
 * finding.
 */
char *config_text(const struct guest_files *files, const char *path,
	struct findings *findings);

#endif
