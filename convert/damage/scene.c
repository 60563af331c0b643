/*
 * What damage.c asks of the libguestfs appliance.  libguestfs has no calls for
 * where a device's blocks come from or which file has a block, so the tools in
 * the appliance are run by its debug call.
 */
#include "convert/damage/scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/damage/layers.h"
#include "drivers-inject/appliance.h"

int
scene_read(guestfs_h *g, const char *device, uint64_t offset_bytes,
	void *data, size_t bytes, struct error *err)
{
	AUTO(freep) char *path = io_format("/dev/%s", device);
	AUTO(freep) char *got = NULL;
	size_t got_bytes;

	if (path == NULL || offset_bytes > INT64_MAX)
		return error_set(err, ENOMEM, "read %s", device);
	got = guestfs_pread_device(g, path, (int)bytes, (int64_t)offset_bytes,
		&got_bytes);
	if (got == NULL)
		return guest_error(err, g, "read %s", device);
	if (got_bytes != bytes)
		return error_set(err, EIO, "%s ends early", device);
	memcpy(data, got, bytes);
	return 0;
}

int
scene_shell_mounted(guestfs_h *g, const char *device, const char *options,
	const char *script, char **output_out, struct error *err)
{
	AUTO(freep) char *path = io_format("/dev/%s", device);
	int result;

	if (path == NULL)
		return error_set(err, ENOMEM, "mount %s", device);
	if (guestfs_mount_options(g, options, path, "/") == -1)
		return guest_error(err, g, "mount it");
	result = appliance_shell(g, script, output_out, err);
	guestfs_umount_all(g);
	return result;
}

/*
 * The appliance's kernel gives its disks names in any order.  libguestfs' calls
 * count them as they were attached, and so does everything here: `disk LABEL
 * NAME` for each, and then `name KERNEL` prints ours, or nothing for the
 * appliance's own disk.
 */
static const char names_script[] =
	"exec 2>/dev/null\n"
	"names=\n"
	"disk() {\n"
	"  k=$(readlink -f /dev/disk/guestfs/$1); names=\"$names ${k##*/}:$2\"\n"
	"}\n"
	"name() {\n"
	"  for pair in $names; do\n"
	"    k=${pair%:*}; [ $k = ${1%%[0-9]*} ] || continue\n"
	"    echo ${pair#*:}${1#$k}; return\n"
	"  done\n"
	"  case $1 in sd*) ;; *) echo $1;; esac\n"
	"}\n";

/*
 * One line for each fact; layers-parse.c says how they look.  Arrays that lack
 * members and volumes that were left inactive are started; none is made in sync.
 */
static const char layers_script[] =
	"rm -rf " SCENE_DEVICES "; mkdir " SCENE_DEVICES "\n"
	"mdadm -As --run >/dev/null\n"
	"for f in /sys/block/md*/md/sync_action; do echo frozen >$f; done\n"
	"lvm vgchange -aay >/dev/null\n"
	"for d in /sys/class/block/*; do\n"
	"  case ${d##*/} in loop*|ram*|sr*|fd*|zram*) continue;; esac\n"
	"  n=$(name ${d##*/}); [ -n \"$n\" ] || continue\n"
	"  ln -s /dev/${d##*/} " SCENE_DEVICES "/$n\n"
	"  read -r dev <$d/dev; read -r size <$d/size\n"
	"  echo \"B $n $dev $size\"\n"
	"  blkid -p -o export /dev/${d##*/} | grep -E '^(TYPE|PTTYPE|"
	"PART_ENTRY_TYPE|PART_ENTRY_SIZE|PART_ENTRY_NUMBER)=' | "
	"sed \"s/^/F $n /\"\n"
	"  if [ -e $d/partition ]; then\n"
	"    p=$(readlink -f $d/..); read -r start <$d/start\n"
	"    echo \"P $n $(name ${p##*/}) $start\"\n"
	"  fi\n"
	"  if [ -e $d/dm/name ]; then\n"
	"    read -r dm <$d/dm/name; echo \"N $n $dm\"\n"
	"    dmsetup table \"$dm\" | sed \"s/^/T $n /\"\n"
	"  fi\n"
	"  [ -d $d/md ] || continue\n"
	"  read -r level <$d/md/level; read -r disks <$d/md/raid_disks\n"
	"  read -r chunk <$d/md/chunk_size; read -r layout <$d/md/layout\n"
	"  sync=none; read -r sync <$d/md/resync_start\n"
	"  echo \"A $n $level $disks $chunk $layout $sync\"\n"
	"  for m in $d/md/dev-*; do\n"
	"    read -r slot <$m/slot; read -r offset <$m/offset\n"
	"    read -r size <$m/size; read -r state <$m/state\n"
	"    echo \"M $n $(name ${m##*/dev-}) $slot $offset $size $state\"\n"
	"  done\n"
	"done\n"
	"for l in /dev/md/*; do\n"
	"  t=$(readlink $l); echo \"L ${t##*/} ${l##*/}\"\n"
	"done\n"
	"lvm pvs --segments --noheadings --units b --nosuffix --separator '|' "
	"-o pv_major,pv_minor,pe_start,vg_extent_size,pvseg_start,pvseg_size,"
	"vg_name,lv_name,segtype | sed 's/^ */S|/'\n"
	":\n";

/* LABEL and /dev/NAME in turns. */
static char *
compose_layers_script(char *const *labels)
{
	char *script = NULL;
	size_t bytes;
	FILE *out = open_memstream(&script, &bytes);

	if (out == NULL)
		return NULL;
	fputs(names_script, out);
	for (size_t i = 0; labels[i] != NULL && labels[i + 1] != NULL; i += 2)
		fprintf(out, "disk %s %s\n", labels[i],
			labels[i + 1] + strlen("/dev/"));
	fputs(layers_script, out);
	if (fclose(out) == 0)
		return script;
	free(script);
	return NULL;
}

int
scene_layers(struct layers *layers_out, guestfs_h *g, struct error *err)
{
	AUTO(strings_freep) char **labels = guestfs_list_disk_labels(g);
	AUTO(freep) char *script = NULL;
	AUTO(freep) char *text = NULL;

	*layers_out = (struct layers){0};
	if (labels == NULL)
		return guest_error(err, g, "list the appliance's disks");
	script = compose_layers_script(labels);
	if (script == NULL)
		return error_set(err, ENOMEM, "look at the layers");
	if (appliance_shell(g, script, &text, err) == -1)
		return -1;
	return layers_parse(layers_out, text, err);
}
