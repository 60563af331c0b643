/*
 * Trees in a temporary folder, planned for by disable.c, changed as the appliance
 * would, and given back by the undo script as the administrator would run it.
 */
#include "tests/harness.h"
#include "tests/rewrite/guest-tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/assess/examine.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/disable.h"
#include "convert/rewrite/undo-list.h"

const char hp_health[] =
	"#!/bin/sh\n# chkconfig: 2345 91 1\n### BEGIN INIT INFO\n"
	"# Provides: hp-health\n### END INIT INFO\n"
	"HPASM=/opt/hp/hp-health/bin/hpasmlited\n";

char *
path_in_tree(const struct guest_tree *tree, const char *path)
{
	char *full = io_format("%s%s", tree->root, path);

	assert_non_null(full);
	return full;
}

static void
make_parents(const char *path)
{
	AUTO(freep) char *folder = strdup(path);
	struct error err = {0};

	*strrchr(folder, '/') = '\0';
	assert_ok(io_make_folders(folder, &err), &err);
}

void
put_node(const struct guest_tree *tree, const struct node *node)
{
	AUTO(freep) char *path = path_in_tree(tree, node->path);
	struct error err = {0};

	make_parents(path);
	if (node->target != NULL)
		assert_int_equal(symlink(node->target, path), 0);
	else
		assert_ok(io_write_file(path, node->text, strlen(node->text),
			0644, &err), &err);
}

char *
describe_tree(const struct guest_tree *tree)
{
	static const char script[] =
		"cd \"$1\" && find . -path ./var -prune -o -printf "
		"'%P %y %m %l\\n' | sort && find . -path ./var -prune -o "
		"-type f -exec sha256sum {} + | sort";
	const char *const argv[] = {"sh", "-c", script, "sh", tree->root, NULL};
	char *text = NULL;
	struct error err = {0};

	assert_ok(process_run(argv, &text, 60, &err), &err);
	return text;
}

void
make_tree(struct guest_tree *tree, const struct node *nodes, size_t count)
{
	struct error err = {0};

	*tree = (struct guest_tree){.root = "/tmp/unrack-disable-XXXXXX"};
	assert_non_null(mkdtemp(tree->root));
	for (size_t i = 0; i < count; i++)
		put_node(tree, &nodes[i]);
	tree->files = files_new();
	tree->packages = packages_new();
	tree->findings = findings_new();
	tree->changes = changes_new();
	tree->before = describe_tree(tree);
	assert_ok(files_read_folder(tree->files, tree->root, &err), &err);
}

void
plan_disabled(struct guest_tree *tree, const char *init)
{
	const struct examination examination = {.files = tree->files,
		.packages = tree->packages, .findings = tree->findings,
		.today = "2026-01-31"};
	struct error err = {0};

	assert_ok(disable_plan(&examination, init, tree->changes, &err), &err);
}

void
drop_tree(struct guest_tree *tree)
{
	struct error err = {0};

	assert_ok(io_remove_tree(tree->root, &err), &err);
	files_free(tree->files);
	packages_free(tree->packages);
	findings_free(tree->findings);
	changes_free(tree->changes);
	free(tree->before);
}

void
carry_out(const struct guest_tree *tree)
{
	for (size_t i = 0; i < tree->changes->count; i++) {
		const struct change *change = &tree->changes->list[i];
		AUTO(freep) char *path = path_in_tree(tree, change->path);
		AUTO(freep) char *to = NULL;
		struct error err = {0};

		switch (change->kind) {
		case CHANGE_CREATED:
			make_parents(path);
			/* fallthrough */
		case CHANGE_EDITED:
			assert_ok(io_write_file(path, change->after.text,
				change->after.bytes, (unsigned)change->mode,
				&err), &err);
			break;
		case CHANGE_LINKED:
			assert_int_equal(symlink(change->after.target, path), 0);
			break;
		case CHANGE_MOVED:
			to = path_in_tree(tree, change->after.target);
			assert_int_equal(access(to, F_OK), -1);
			assert_int_equal(rename(path, to), 0);
			break;
		case CHANGE_REMOVED:
			assert_int_equal(unlink(path), 0);
			break;
		default:
			fail_msg("%s: not planned by disable_plan()", path);
		}
	}
}

int
run_undo(const struct guest_tree *tree, const char *shell, const char *what,
	char **said_out, struct error *err)
{
	AUTO(freep) char *script = path_in_tree(tree, UNDO_SCRIPT);
	AUTO(freep) char *root = io_format("UNRACK_ROOT=%s", tree->root);
	const char *const argv[] = {"env", root, shell, script, what, NULL};

	return process_run(argv, said_out, 60, err);
}

void
check_undo_all(struct guest_tree *tree)
{
	static const char *const shells[] = {"/bin/sh", "/bin/bash"};
	AUTO(freep) char *disabled = NULL;

	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		AUTO(freep) char *after = NULL;
		struct error err = {0};

		carry_out(tree);
		disabled = describe_tree(tree);
		assert_string_not_equal(disabled, tree->before);
		free(take(disabled));
		assert_ok(run_undo(tree, shells[i], "--all", NULL, &err), &err);
		after = describe_tree(tree);
		assert_string_equal(after, tree->before);
	}
}

const struct change *
change_of(const struct guest_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->changes->count; i++) {
		if (strcmp(tree->changes->list[i].path, path) == 0)
			return &tree->changes->list[i];
	}
	return NULL;
}

void
check_moved(const struct guest_tree *tree, const char *from, const char *to)
{
	const struct change *change = change_of(tree, from);

	if (change == NULL || change->kind != CHANGE_MOVED)
		fail_msg("%s is not moved", from);
	assert_string_equal(change->after.target, to);
}
