/*
 * From sectors to files of any file system that Linux mounts: the kernel's map
 * of each file's extents (filefrag, in the appliance) is held against the
 * sectors.  It is slow where there are many files; sick disks are rare.
 */
#include "convert/damage/loss.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/damage/scene.h"

enum { SECTOR = 512 };

/*
 * Sorted sectors in `list`; "N: FIRST.. LAST: FIRST.. LAST: LENGTH: FLAGS" of
 * each extent, behind the name of its file.  Prints "SECTOR\tPATH".
 */
static const char walk_script[] =
	"ls /sysroot >/dev/null || exit 1\n"
	"find /sysroot -xdev -type f -print0 | "
	"xargs -0 -r filefrag -e -v -b512 2>/dev/null | "
	"gawk -v list='%s' '\n"
	"BEGIN { n = split(list, s, \" \") }\n"
	"/^File size of / { name = substr($0, 14)\n"
	"  sub(/ is [0-9]+ [(][0-9]+ blocks? of [0-9]+ bytes[)]$/, \"\", name)\n"
	"  sub(/^\\/sysroot/, \"\", name) }\n"
	"/^ *[0-9]+: / { gsub(/[.:]+/, \" \")\n"
	"  low = 1; high = n + 1\n"
	"  while (low < high) { m = int((low + high) / 2)\n"
	"    if (s[m] + 0 < $4 + 0) low = m + 1; else high = m }\n"
	"  for (; low <= n && s[low] + 0 <= $5 + 0; low++)\n"
	"    print s[low] \"\\t\" substr(name, 1, 1000) }\n"
	"' | head -c 3000000\n";

static int
take_files(struct loss *losses, size_t count, char *text, struct error *err)
{
	char *line, *path;

	while ((line = strsep(&text, "\n")) != NULL) {
		uintmax_t sector = strtoumax(line, &path, 10);

		if (path != line && *path == '\t' &&
			loss_tell_unit(losses, count, SECTOR, sector, LOSS_FILE,
				path + 1, err) == -1)
			return -1;
	}
	return 0;
}

int
walk_examine(guestfs_h *g, const char *device, struct loss *losses,
	size_t count, struct error *err)
{
	AUTO(freep) uint64_t *sectors = NULL;
	AUTO(freep) char *words = NULL, *script = NULL, *output = NULL;
	size_t sector_count;

	if (loss_units(&sectors, &sector_count, losses, count, SECTOR,
		    LOSS_UNITS_LIMIT, err) == -1)
		return -1;
	if (sector_count == 0)
		return 0;
	words = loss_words(sectors, sector_count);
	script = words == NULL ? NULL : io_format(walk_script, words);
	if (script == NULL)
		return error_set(err, ENOMEM, "look for files");
	/* A journal that cannot be replayed need not be. */
	if (scene_shell_mounted(g, device, "ro", script, &output, err) == -1 &&
		scene_shell_mounted(g, device, "ro,norecovery", script, &output,
			err) == -1)
		return -1;
	return take_files(losses, count, output, err);
}
