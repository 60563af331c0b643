/*
 * SELinux' labels of files and folders that the conversion creates; those that
 * it replaces keep theirs (change.c).  Which label belongs where is written in
 * the guest's file_contexts: text, which libselinux reads from a copy.  Its
 * compiled form is left alone, since a guest could have made it.
 */
#include "convert/rewrite/label.h"

#include <errno.h>
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <stdio.h>
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

#define ATTRIBUTE "security.selinux"

struct labels {
	struct selabel_handle *handle;
};

static const char *const endings[] = {"", ".local", ".homedirs", ".subs",
	".subs_dist"};

/* libselinux would say on stderr what is wrong with a guest's file. */
static int
say_nothing(int type, const char *format, ...)
{
	(void)type;
	(void)format;
	return 0;
}

int
labels_open(struct labels **labels_out, const char *folder, struct error *err)
{
	AUTO(freep) char *path = io_format("%s/file_contexts", folder);
	struct selinux_opt option = {SELABEL_OPT_PATH, path};
	AUTO(freep) struct labels *labels = calloc(1, sizeof *labels);

	if (path == NULL || labels == NULL)
		return error_set(err, ENOMEM, "read %s", folder);
	selinux_set_callback(SELINUX_CB_LOG,
		(union selinux_callback){.func_log = say_nothing});
	labels->handle = selabel_open(SELABEL_CTX_FILE, &option, 1);
	if (labels->handle == NULL)
		return error_set(err, errno, "read %s", path);
	*labels_out = take(labels);
	return 0;
}

void
labels_close(struct labels *labels)
{
	if (labels == NULL)
		return;
	selabel_close(labels->handle);
	free(labels);
}

bool
labels_find(const struct labels *labels, const char *path, mode_t mode,
	char label_out[256])
{
	char *label = NULL;
	bool found = selabel_lookup_raw(labels->handle, &label, path,
			     (int)(mode & S_IFMT)) == 0 &&
		strlen(label) < 256;

	if (found)
		strcpy(label_out, label);
	freecon(label);
	return found;
}

/* ---- of a guest ---- */

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

/* Copy what the guest has to `folder`; false without the main file. */
static bool
copy_contexts(guestfs_h *g, const char *folder, struct findings *findings)
{
	AUTO(freep) char *config =
		guest_file_text(g, "/etc/selinux/config", findings);
	char type[64];
	bool found = false;

	if (config == NULL ||
		!shell_value(config, "SELINUXTYPE", type, sizeof type) ||
		*type == '\0' || strchr(type, '/') != NULL)
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		AUTO(freep) char *from = io_format("/etc/selinux/%s/contexts/"
			"files/file_contexts%s", type, endings[i]);
		AUTO(freep) char *to = io_format("%s/file_contexts%s", folder,
			endings[i]);
		AUTO(freep) char *text = from == NULL
			? NULL : guest_file_text(g, from, findings);
		struct error ignored;

		if (text != NULL && to != NULL &&
			io_write_file(to, text, strlen(text), 0600,
				&ignored) == 0)
			found |= i == 0;
	}
	return found;
}

int
labels_schedule(struct changes *changes, struct findings *findings,
	struct error *err)
{
	if (!changes_have_created(changes))
		return 0;
	finding_add(findings, "security.relabel", "/.autorelabel", 0,
		"no file_contexts that could be read",
		"The VM labels its files at its first boot, and starts again.");
	return changes_plan(changes, "/.autorelabel", NULL, "",
		"The labels of new files are not known.", err);
}

int
labels_plan(struct labels **labels_out, guestfs_h *g, struct changes *changes,
	struct findings *findings, struct error *err)
{
	const char *parent = getenv("TMPDIR");
	AUTO(freep) char *folder = io_format("%s/unrack-labels-XXXXXX",
		parent == NULL || *parent == '\0' ? "/tmp" : parent);
	struct error why = {0};

	*labels_out = NULL;
	if (!has_labels(g))
		return 0;
	if (folder == NULL)
		return error_set(err, ENOMEM, "read the labels");
	if (mkdtemp(folder) == NULL)
		return error_set(err, errno, "make a folder in %s", folder);
	if (copy_contexts(g, folder, findings))
		labels_open(labels_out, folder, &why);
	io_remove_tree(folder, &why);
	return *labels_out == NULL ? labels_schedule(changes, findings, err)
				    : 0;
}

static void
label(const struct labels *labels, guestfs_h *g, const char *path, mode_t mode)
{
	char text[256];

	/* with its NUL, as the kernel keeps it */
	if (labels_find(labels, path, mode, text))
		guestfs_lsetxattr(g, ATTRIBUTE, text, (int)strlen(text) + 1,
			path);
}

void
labels_apply(const struct labels *labels, guestfs_h *g,
	const struct changes *changes)
{
	const char *path;
	bool is_folder;

	if (labels == NULL)
		return;
	for (size_t i = 0; changes_next_created(changes, &i, &path,
		    &is_folder);)
		label(labels, g, path, is_folder ? S_IFDIR : S_IFREG);
}
