/*
 * How kernels, udev and drivers for several paths name disks and their
 * partitions.  reference-candidates.c finds out which of the captured disks is
 * meant.
 */
#include "convert/assess/disk-name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"

#define BY_ID "/dev/disk/by-id/"

/*
 * How kernels and udev name disks.  `letters`: the disk's own letters follow
 * ("sd" + "ab"); else its number does, and `separator` comes before the
 * partition's.
 */
static const struct {
	const char *start;
	bool letters;
	const char *separator;
} schemes[] = {
	{"/dev/sd", true, ""},
	{"/dev/hd", true, ""},
	{"/dev/vd", true, ""},
	{"/dev/xvd", true, ""},
	{"/dev/ubd", true, ""},
	{"/dev/nvme", false, "p"},
	{"/dev/mmcblk", false, "p"},
	{"/dev/cciss/c", false, "p"},
	{"/dev/ida/c", false, "p"},
	{"/dev/rd/c", false, "p"},
	{"/dev/disk/by-id/", false, "-part"},
	{"/dev/disk/by-path/", false, "-part"},
	{"/dev/mapper/mpath", true, ""},
	{"/dev/emcpower", true, ""},
};

static bool
is_number(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 0 && n < 6 && text[n] == '\0';
}

/* The last occurrence of the separator that is followed by a number only. */
static const char *
find_separator(const char *text, const char *separator)
{
	const char *found = NULL;

	for (const char *at = strstr(text, separator); at != NULL;
		at = strstr(at + 1, separator)) {
		if (is_number(at + strlen(separator)) && at > text &&
			(separator[1] != '\0' ||
				isdigit((unsigned char)at[-1])))
			found = at;
	}
	return found;
}

/* ---- links of the device mapper and of arrays ---- */

/* What the device mapper calls the device of this link; NULL: not told. */
static const char *
mapper_name(const char *link)
{
	int read = 0;

	if (string_starts(link, "dm-name-"))
		return link + strlen("dm-name-");
	if (string_starts(link, "dm-uuid-CRYPT-PLAIN-"))
		return link + strlen("dm-uuid-CRYPT-PLAIN-");
	sscanf(link, "dm-uuid-CRYPT-LUKS%*1[12]-%*32[0-9a-f]-%n", &read);
	return read > 0 ? link + read : NULL;
}

void
disk_name_plain(char *plain_out, size_t room, const char *spec)
{
	const char *link = spec + strlen(BY_ID), *name;
	unsigned partition;
	int read = 0;

	if (!string_starts(spec, BY_ID))
		snprintf(plain_out, room, "%s", spec);
	else if ((name = mapper_name(link)) != NULL)
		snprintf(plain_out, room, "/dev/mapper/%s", name);
	else if (sscanf(link, "dm-uuid-part%5u-mpath-%n", &partition, &read) ==
			1 && read > 0)
		snprintf(plain_out, room, BY_ID "dm-uuid-mpath-%s-part%u",
			link + read, partition);
	else
		snprintf(plain_out, room, "%s", spec);
}

/* A link by what the volume is, whatever disk it is on. */
static bool
is_by_content(const char *spec)
{
	static const char *const starts[] = {BY_ID "md-", BY_ID "dm-uuid-CRYPT-",
		BY_ID "dm-uuid-LVM-", BY_ID "lvm-pv-uuid-"};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (string_starts(spec, starts[i]))
			return true;
	}
	return false;
}

/* ---- disks and their partitions ---- */

bool
disk_name_parse_rest(const char *rest, unsigned *partition_out)
{
	static const char *const separators[] = {"-part", "_part", "p", ""};

	*partition_out = 0;
	for (size_t i = 0; *rest != '\0' && i < 4; i++) {
		const char *number = rest + strlen(separators[i]);

		if (!string_starts(rest, separators[i]) || !is_number(number))
			continue;
		*partition_out = (unsigned)strtoul(number, NULL, 10);
		return true;
	}
	return *rest == '\0';
}

/* "/dev/mapper/3600508b1001c-part1": the name that multipathd makes of a WWID. */
static bool
parse_wwid(const char *spec, char disk_out[DISK_NAME_BYTES],
	unsigned *partition_out)
{
	static const char start[] = "/dev/mapper/3";
	const char *rest = spec + strlen(start);
	size_t digits;

	if (!string_starts(spec, start))
		return false;
	digits = strspn(rest, "0123456789abcdef");
	if (digits != 16 && digits != 32)
		return false;
	rest += digits;
	snprintf(disk_out, DISK_NAME_BYTES, "%.*s", (int)(rest - spec), spec);
	return disk_name_parse_rest(rest, partition_out);
}

static bool
parse_plain(const char *spec, char disk_out[DISK_NAME_BYTES],
	unsigned *partition_out)
{
	if (parse_wwid(spec, disk_out, partition_out))
		return true;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		const char *rest = spec + strlen(schemes[i].start), *number;

		if (!string_starts(spec, schemes[i].start) || *rest == '\0')
			continue;
		if (schemes[i].letters) {
			rest += strspn(rest, "abcdefghijklmnopqrstuvwxyz");
			if (string_starts(spec, "/dev/mapper/"))
				rest -= rest[-1] == 'p' && is_number(rest);
			number = rest + (*rest == 'p');
			if (string_starts(rest, "-part") ||
				string_starts(rest, "_part"))
				number = rest + strlen("-part");
			if (*rest != '\0' && !is_number(number))
				continue;
		} else {
			number = find_separator(rest, schemes[i].separator);
			rest = number == NULL ? rest + strlen(rest) : number;
			number = number == NULL
				? rest
				: number + strlen(schemes[i].separator);
		}
		snprintf(disk_out, DISK_NAME_BYTES, "%.*s", (int)(rest - spec),
			spec);
		*partition_out = (unsigned)strtoul(number, NULL, 10);
		return true;
	}
	return false;
}

bool
disk_name_parse(const char *spec, char disk_out[DISK_NAME_BYTES],
	unsigned *partition_out)
{
	char plain[DISK_NAME_BYTES + 16];

	disk_name_plain(plain, sizeof plain, spec);
	return strlen(plain) < DISK_NAME_BYTES && !is_by_content(plain) &&
		parse_plain(plain, disk_out, partition_out);
}

/* ---- arrays ---- */

/*
 * What dmraid puts before its names, for each format that it reads.  `letters`: it
 * makes the rest of letters only, and older releases wrote a partition's number
 * right behind them.
 */
static const struct array_kind {
	const char *start;
	bool letters, is_md;
} array_kinds[] = {
	{"/dev/mapper/isw_", false, false},
	{"/dev/mapper/ddf1_", false, false},
	{"/dev/mapper/nvidia_", true, false},
	{"/dev/mapper/pdc_", true, false},
	{"/dev/mapper/sil_", true, false},
	{"/dev/mapper/via_", true, false},
	{"/dev/mapper/jmicron_", false, false},
	{"/dev/mapper/hpt37x_", true, false},
	{"/dev/mapper/hpt45x_", true, false},
	{"/dev/mapper/asr_", false, false},
	{"/dev/mapper/lsi_", true, false},
	{"/dev/md", false, true},
};

/* NULL for other names. */
static const struct array_kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof array_kinds / sizeof *array_kinds; i++)
		if (string_starts(name, array_kinds[i].start))
			return &array_kinds[i];
	return NULL;
}

/*
 * Old releases of dmraid wrote "Volume01" for partition 1 of "Volume0", which
 * is how Intel's firmware calls an array.
 */
static const char *
find_old_partition(const char *rest)
{
	static const char volume[] = "_Volume0";
	const char *found = strstr(rest, volume);

	if (found == NULL)
		return NULL;
	found += strlen(volume);
	return is_number(found) && *found != '0' ? found : NULL;
}

/* Where the name of the whole array ends; its partition's number, or NULL. */
static const char *
find_end(const char *rest, const struct array_kind *kind,
	const char **number_out)
{
	const char *number = rest + strlen(rest);

	while (number > rest && isdigit((unsigned char)number[-1]))
		number--;
	*number_out = number;
	if (is_number(number) && number > rest + 1 && number[-1] == 'p' &&
		(!kind->is_md || isdigit((unsigned char)number[-2])))
		return number - 1;
	if (is_number(number) && number > rest && kind->letters &&
		rest + strspn(rest, "abcdefghijklmnopqrstuvwxyz") == number)
		return number;
	*number_out = find_old_partition(rest);
	return *number_out == NULL ? rest + strlen(rest) : *number_out;
}

bool
disk_name_parse_array(const char *spec, char disk_out[DISK_NAME_BYTES],
	unsigned *partition_out)
{
	const struct array_kind *kind = find_kind(spec);
	const char *end, *number;

	if (kind == NULL || spec[strlen(kind->start)] == '\0' ||
		strlen(spec) >= DISK_NAME_BYTES)
		return false;
	end = find_end(spec + strlen(kind->start), kind, &number);
	snprintf(disk_out, DISK_NAME_BYTES, "%.*s", (int)(end - spec), spec);
	*partition_out = number == NULL
		? 0
		: (unsigned)strtoul(number, NULL, 10);
	return true;
}

bool
disk_name_is_array(const char *disk)
{
	return find_kind(disk) != NULL;
}

/* ---- two names ---- */

bool
disk_names_compete(const char *a, const char *b)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (string_starts(a, schemes[i].start) &&
			!string_starts(a, "/dev/disk/"))
			return string_starts(b, schemes[i].start);
	}
	return disk_name_is_array(a) && disk_name_is_array(b);
}
