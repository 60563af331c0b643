/*
 * A witness inside the guest, because only the guest knows how it calls its
 * cards and whether its swap is on.  It exists in the throw-away overlay alone.
 * prepare.c plants it; proof.c compares what it says with what is expected.
 */
#include "convert/verify/witness.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/fstab.h"
#include "drivers-inject/appliance.h"

#define SCRIPT_PATH "/etc/unrack-witness"
#define BEGIN "unrack-witness begin"
#define END "unrack-witness end"

enum { ITEM_LIMIT = 1000, REPORT_LIMIT = 256 << 10 };

/*
 * For every /bin/sh since the Bourne shell's grandchildren; no tool required.
 * Some of their echos take the backslashes out of names with blanks.
 */
static const char script[] =
"#!/bin/sh\n"
"PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH\n"
"LC_ALL=C; export LC_ALL\n"
"report() {\n"
"	echo '" BEGIN "'\n"
"	echo \"kernel $(uname -r)\"\n"
"	echo \"state $(systemctl is-system-running 2>/dev/null)\"\n"
"	for d in /sys/class/net/*; do\n"
"		[ -d $d ] || continue\n"
"		n=${d##*/}; m=; read -r m < $d/address\n"
"		[ \"$n\" = lo ] || echo \"link $n $m\"\n"
"		[ -e $d/device ] && echo \"card $n\"\n"
"		[ -r $d/bonding_slave/perm_hwaddr ] &&\n"
"			read -r m < $d/bonding_slave/perm_hwaddr &&\n"
"			echo \"permanent $n $m\"\n"
"	done 2>/dev/null\n"
"	for f in /proc/net/bonding/*; do\n"
"		while read -r a b c d rest; do\n"
"			case \"$a $b\" in\n"
"			'Slave Interface:') n=$c ;;\n"
"			'Permanent HW') echo \"permanent $n $d\" ;;\n"
"			esac\n"
"		done < $f\n"
"	done 2>/dev/null\n"
"	ip -o addr 2>/dev/null | while read -r i n f a rest; do\n"
"		case $n:$f in lo:*) ;; *:inet*) echo \"address $n $a\" ;; esac\n"
"	done\n"
"	while read -r f rest; do\n"
"		[ \"$f\" = Filename ] || printf '%s\\n' \"swap $f\"\n"
"	done < /proc/swaps\n"
"	while read -r d t y rest; do\n"
"		case $d in\n"
"		/dev/* | *:/*) printf '%s\\n' \"mount $d $t $y\" ;;\n"
"		esac\n"
"	done < /proc/mounts\n"
"	systemctl --failed --no-legend --plain 2>/dev/null |\n"
"		while read -r u rest; do printf '%s\\n' \"failed $u\"; done\n"
"	echo '" END "'\n"
"}\n"
"i=0\n"
"while [ $i -lt 90 ]; do\n"
"	case $(systemctl is-system-running 2>/dev/null) in\n"
"	initializing | starting) sleep 1 ;;\n"
"	*) break ;;\n"
"	esac\n"
"	i=$((i + 1))\n"
"done\n"
"i=0\n"
"while [ $i -lt 60 ]; do\n"
"	report > /dev/ttyS1\n"
"	sleep 4\n"
"	i=$((i + 1))\n"
"done\n";

static const char unit[] =
"[Unit]\n"
"Description=unrack boot witness\n"
"After=multi-user.target\n"
"[Service]\n"
"ExecStart=/bin/sh " SCRIPT_PATH "\n"
"StandardOutput=null\n"
"StandardError=null\n";

static const char job[] =
"start on stopped rc\n"
"exec /bin/sh " SCRIPT_PATH "\n";

static const char entry[] = "\nuw:2345:once:/bin/sh " SCRIPT_PATH "\n";

#define UNIT_PATH "/etc/systemd/system/unrack-witness.service"
#define WANTS "/etc/systemd/system/multi-user.target.wants"

/* What is in the way goes first: a fifo would block the writer for ever. */
static int
write_fresh(guestfs_h *g, const char *path, const char *text, size_t bytes)
{
	return guestfs_rm_f(g, path) == -1
		? -1
		: guestfs_write(g, path, text, bytes);
}

static int
plant_systemd(guestfs_h *g)
{
	if (guestfs_mkdir_p(g, WANTS) == -1 ||
		write_fresh(g, UNIT_PATH, unit, sizeof unit - 1) == -1)
		return -1;
	return guestfs_ln_sf(g, UNIT_PATH, WANTS "/unrack-witness.service");
}

static int
plant_upstart(guestfs_h *g)
{
	return write_fresh(g, "/etc/init/unrack-witness.conf", job,
		sizeof job - 1);
}

static int
plant_inittab(guestfs_h *g)
{
	return guestfs_is_file(g, "/etc/inittab") != 1
		? -1
		: guestfs_write_append(g, "/etc/inittab", entry,
			  sizeof entry - 1);
}

/* The first path that exists tells the init; systemd often has the others. */
static const struct {
	const char *path;
	int (*plant)(guestfs_h *g);
} inits[] = {
	{"/usr/lib/systemd/systemd", plant_systemd},
	{"/lib/systemd/systemd", plant_systemd},
	{"/etc/init/rc.conf", plant_upstart},
	{"/etc/inittab", plant_inittab},
};

int
witness_plant(guestfs_h *g, struct error *err)
{
	for (size_t i = 0; i < sizeof inits / sizeof inits[0]; i++) {
		if (guestfs_exists(g, inits[i].path) != 1)
			continue;
		if (write_fresh(g, SCRIPT_PATH, script, sizeof script - 1) ==
			-1 || inits[i].plant(g) == -1)
			return guest_error(err, g, "plant the witness");
		return 0;
	}
	return error_set(err, 0, "plant the witness: unknown kind of init");
}

/* Split a line in place into at most `limit` words. */
static size_t
split(char *line, char *words[], size_t limit)
{
	size_t count = 0;
	char *rest = NULL;

	for (char *word = strtok_r(line, " ", &rest);
		word != NULL && count < limit;
		word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	return count;
}

static void
append_text(json_t *list, const char *text)
{
	if (json_array_size(list) < ITEM_LIMIT)
		json_array_append_new(list, json_safe_string(text,
			strlen(text)));
}

static json_t *
find_link(json_t *links, const char *name)
{
	json_t *link;
	size_t i;

	json_array_foreach(links, i, link)
		if (strcmp(json_text(link, "name", ""), name) == 0)
			return link;
	return NULL;
}

static void
add_link(json_t *links, const char *name, const char *mac)
{
	json_t *link;

	if (json_array_size(links) >= ITEM_LIMIT)
		return;
	link = json_object();
	json_set_text(link, "name", name);
	json_set_text(link, "mac", mac);
	json_object_set_new(link, "addresses", json_array());
	json_array_append_new(links, link);
}

/* What the kernel says of mounts has fstab's form. */
static void
add_mount(json_t *mounts, const char *text)
{
	struct fstab_place place = {0};
	struct fstab_line line;
	json_t *mount;

	if (json_array_size(mounts) >= ITEM_LIMIT ||
		!fstab_next(text, &place, &line) ||
		line.field[FSTAB_TYPE][0] == '\0')
		return;
	mount = json_object();
	json_set_text(mount, "device", line.field[FSTAB_SPEC]);
	json_set_text(mount, "target", line.field[FSTAB_TARGET]);
	json_set_text(mount, "type", line.field[FSTAB_TYPE]);
	json_array_append_new(mounts, mount);
}

/* One line of a report; a line that means nothing is passed over. */
static void
read_line(json_t *facts, char *line)
{
	json_t *links = json_object_get(facts, "interfaces");
	char *words[3] = {NULL};
	size_t count;

	if (string_starts(line, "mount ")) {
		add_mount(json_object_get(facts, "mounts"),
			line + strlen("mount "));
		return;
	}
	count = split(line, words, 3);
	if (count < 2)
		return;
	if (strcmp(words[0], "kernel") == 0 || strcmp(words[0], "state") == 0)
		json_set_text(facts, words[0], words[1]);
	else if (strcmp(words[0], "link") == 0)
		add_link(links, words[1], count > 2 ? words[2] : "");
	else if (strcmp(words[0], "permanent") == 0 && count > 2)
		json_set_text(find_link(links, words[1]), "permanent",
			words[2]);
	else if (strcmp(words[0], "card") == 0)
		json_object_set_new(find_link(links, words[1]), "card",
			json_true());
	else if (strcmp(words[0], "address") == 0 && count > 2)
		append_text(json_object_get(find_link(links, words[1]),
			"addresses"), words[2]);
	else if (strcmp(words[0], "swap") == 0)
		append_text(json_object_get(facts, "swap"), words[1]);
	else if (strcmp(words[0], "failed") == 0)
		append_text(json_object_get(facts, "failed_units"), words[1]);
}

/* The newest text between the markers; NULL when there is none. */
static char *
newest_report(const char *text)
{
	const char *begin = NULL, *end = NULL, *at = text;

	while ((at = strstr(at, BEGIN)) != NULL) {
		const char *stop = strstr(at, END);

		if (stop == NULL)
			break;
		begin = at + strlen(BEGIN);
		end = stop;
		at = stop;
	}
	if (begin == NULL || begin > end || end - begin > REPORT_LIMIT)
		return NULL;
	return strndup(begin, (size_t)(end - begin));
}

json_t *
witness_parse(const char *text)
{
	AUTO(freep) char *report = newest_report(text);
	char *rest = NULL;
	json_t *facts;

	if (report == NULL)
		return NULL;
	facts = json_pack("{s:n, s:n, s:[], s:[], s:[], s:[]}", "kernel",
		"state", "interfaces", "swap", "mounts", "failed_units");
	if (facts == NULL)
		return NULL;
	for (char *line = strtok_r(report, "\r\n", &rest); line != NULL;
		line = strtok_r(NULL, "\r\n", &rest))
		read_line(facts, line);
	return facts;
}
