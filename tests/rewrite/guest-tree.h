#ifndef TESTS_REWRITE_GUEST_TREE_H
#define TESTS_REWRITE_GUEST_TREE_H

#include <stddef.h>

struct change;
struct changes;
struct error;
struct files;
struct findings;
struct packages;

/* A file, or a link when it has a target. */
struct node {
	const char *path, *text, *target;
};

#define UNIT "/lib/systemd/system/"
#define OWN "/etc/systemd/system/"
#define WANTS OWN "multi-user.target.wants/"

/* Debian 11's smartmontools. */
#define SMART                                                                  \
	{UNIT "smartmontools.service",                                         \
		"[Unit]\nDescription=Self Monitoring and Reporting "           \
		"Technology (SMART) Daemon\n\n[Service]\nType=notify\n"        \
		"EnvironmentFile=-/etc/default/smartmontools\n"                \
		"ExecStart=/usr/sbin/smartd -n $smartd_opts\n\n[Install]\n"    \
		"WantedBy=multi-user.target\nAlias=smartd.service\n", NULL},   \
	{OWN "smartd.service", NULL, UNIT "smartmontools.service"},            \
	{WANTS "smartmontools.service", NULL, UNIT "smartmontools.service"}

/* The init script of HPE's health agent. */
extern const char hp_health[];

/* A small tree of a guest, as its packages make it. */
struct guest_tree {
	char root[64];
	struct files *files;
	struct packages *packages;
	struct findings *findings;
	struct changes *changes;
	char *before; /* as describe_tree() says */
};

void make_tree(struct guest_tree *tree, const struct node *nodes,
	size_t count);
void drop_tree(struct guest_tree *tree);

#define MAKE(tree, nodes) make_tree(tree, nodes, sizeof(nodes) / sizeof *(nodes))

/* The caller frees it. */
char *path_in_tree(const struct guest_tree *tree, const char *path);

void put_node(const struct guest_tree *tree, const struct node *node);

/*
 * All but what unrack leaves: names, types, modes, links, contents.  The caller
 * frees it.
 */
char *describe_tree(const struct guest_tree *tree);

/* disable_plan() for this init system. */
void plan_disabled(struct guest_tree *tree, const char *init);

/* What change-write.c does in the appliance. */
void carry_out(const struct guest_tree *tree);

/* "--all", "--list" or a name, by a shell; as process_run(). */
int run_undo(const struct guest_tree *tree, const char *shell,
	const char *what, char **said_out, struct error *err);

/*
 * Carry out and undo, with each shell of this host that a guest may have as
 * /bin/sh: the tree is as it was.
 */
void check_undo_all(struct guest_tree *tree);

/* The first of this path; NULL when there is none. */
const struct change *change_of(const struct guest_tree *tree,
	const char *path);

void check_moved(const struct guest_tree *tree, const char *from,
	const char *to);

#endif
