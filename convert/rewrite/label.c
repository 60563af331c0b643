/*
 * SELinux' labels of files and folders that the conversion creates; those that
 * it replaces keep theirs (change.c).  Which label belongs where is written in
 * the guest's file_contexts, as text: file-contexts.c reads it.  Its compiled
 * form is left alone, since a guest could have made it.
 */
#include "convert/rewrite/label.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/shell.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/file-contexts.h"

#define ATTRIBUTE "security.selinux"

static const char *const endings[] = {
	[FILE_CONTEXTS_MAIN] = "",
	[FILE_CONTEXTS_HOMEDIRS] = ".homedirs",
	[FILE_CONTEXTS_LOCAL] = ".local",
	[FILE_CONTEXTS_SUBS] = ".subs",
	[FILE_CONTEXTS_SUBS_DIST] = ".subs_dist",
};

static bool
has_labels(guestfs_h *g)
{
	size_t bytes;
	AUTO(freep) char *label = NULL;

	guestfs_push_error_handler(g, NULL, NULL);
	label = guestfs_lgetxattr(g, "/etc", ATTRIBUTE, &bytes);
	guestfs_pop_error_handler(g);
	return label != NULL;
}

static void
texts_release(char *(*texts)[FILE_CONTEXTS_TEXTS])
{
	for (size_t i = 0; i < FILE_CONTEXTS_TEXTS; i++)
		free((*texts)[i]);
}

static int
read_contexts(struct file_contexts **contexts_out, guestfs_h *g,
	struct findings *findings, struct error *err)
{
	AUTO(freep) char *config =
		guest_file_text(g, "/etc/selinux/config", findings);
	AUTO(texts_release) char *texts[FILE_CONTEXTS_TEXTS] = {NULL};
	char type[64];

	if (config == NULL ||
		!shell_value(config, "SELINUXTYPE", type, sizeof type) ||
		*type == '\0' || strchr(type, '/') != NULL)
		return error_set(err, 0, "no SELINUXTYPE that could be read");
	for (size_t i = 0; i < FILE_CONTEXTS_TEXTS; i++) {
		AUTO(freep) char *path = io_format("/etc/selinux/%s/contexts/"
			"files/file_contexts%s", type, endings[i]);

		if (path != NULL)
			texts[i] = guest_file_text(g, path, findings);
	}
	return file_contexts_new(contexts_out, (const char *const *)texts, err);
}

/* The next file or folder that is to be labelled, and its label. */
static int
next_label(struct file_contexts *contexts, const struct changes *changes,
	size_t *index, const char **path_out,
	char label_out[FILE_CONTEXTS_LABEL_BYTES], struct error *err)
{
	bool is_folder;

	if (!changes_next_created(changes, index, path_out, &is_folder))
		return 0;
	return file_contexts_find(contexts, *path_out,
		       is_folder ? S_IFDIR : S_IFREG, label_out, err) == -1
		? -1
		: 1;
}

/* Can the labels of all that is planned to be created be told? */
static int
try_all(struct file_contexts *contexts, const struct changes *changes,
	struct error *err)
{
	char label[FILE_CONTEXTS_LABEL_BYTES];
	const char *path;
	size_t index = 0;
	int status;

	while ((status = next_label(contexts, changes, &index, &path, label,
			err)) == 1)
		continue;
	return status;
}

int
labels_schedule(struct changes *changes, const char *why,
	struct findings *findings, struct error *err)
{
	if (!changes_have_created(changes))
		return 0;
	finding_add(findings, "security.relabel", "/.autorelabel", 0, why,
		"The VM labels its files at its first boot, and starts again.");
	return changes_plan(changes, "/.autorelabel", NULL, "",
		"The labels of new files are not known.", err);
}

int
labels_plan(struct file_contexts **contexts_out, guestfs_h *g,
	struct changes *changes, struct findings *findings, struct error *err)
{
	AUTO(file_contexts_freep) struct file_contexts *contexts = NULL;
	struct error why = {0};

	*contexts_out = NULL;
	if (!has_labels(g))
		return 0;
	if (read_contexts(&contexts, g, findings, &why) == -1 ||
		try_all(contexts, changes, &why) == -1)
		return labels_schedule(changes, why.text, findings, err);
	*contexts_out = take(contexts);
	return 0;
}

int
labels_apply(struct file_contexts *contexts, guestfs_h *g,
	struct changes *changes, struct findings *findings, struct error *err)
{
	char label[FILE_CONTEXTS_LABEL_BYTES];
	const char *path;
	size_t index = 0;
	struct error why = {0};
	int status;

	if (contexts == NULL)
		return 0;
	while ((status = next_label(contexts, changes, &index, &path, label,
			&why)) == 1)
		/* with its NUL, as the kernel keeps it */
		if (*label != '\0')
			guestfs_lsetxattr(g, ATTRIBUTE, label,
				(int)strlen(label) + 1, path);
	return status == 0
		? 0
		: labels_schedule(changes, why.text, findings, err);
}
