/*
 * The names that volumes have by themselves, whatever hardware they are on.
 */
#include "convert/assess/volume-name.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/strings.h"
#include "convert/assess/volume.h"

#define BY_ID "/dev/disk/by-id/"

void
volume_name_decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		char digits[3] = "";

		if (from[0] == '\\' && from[1] == 'x' &&
			isxdigit((unsigned char)from[2]) &&
			isxdigit((unsigned char)from[3])) {
			memcpy(digits, from + 2, 2);
			*to++ = (char)strtoul(digits, NULL, 16);
			from += 4;
		} else {
			from += from[0] == '\\' && from[1] != '\0';
			*to++ = *from++;
		}
	}
	*to = '\0';
}

static const struct {
	const char *tag, *link;
	size_t member;
	bool any_case;
} tags[] = {
	{"UUID=", "/dev/disk/by-uuid/", offsetof(struct volume, uuid), true},
	{"LABEL=", "/dev/disk/by-label/", offsetof(struct volume, label),
		false},
	{"PARTUUID=", "/dev/disk/by-partuuid/",
		offsetof(struct volume, partition_uuid), true},
	{"PARTLABEL=", "/dev/disk/by-partlabel/",
		offsetof(struct volume, partition_label), false},
};

static bool
has_tag(const struct volume *volume, size_t t, const char *wanted)
{
	const char *has = (const char *)volume + tags[t].member;

	return *has != '\0' &&
		(tags[t].any_case ? strcasecmp(has, wanted)
				  : strcmp(has, wanted)) == 0;
}

bool
volume_by_tag(const struct volume **volume_out, const struct volumes *volumes,
	const char *name)
{
	*volume_out = NULL;
	for (size_t t = 0; t < sizeof tags / sizeof *tags; t++) {
		bool is_link = string_starts(name, tags[t].link);
		char wanted[256];

		if (!is_link && !string_starts(name, tags[t].tag))
			continue;
		snprintf(wanted, sizeof wanted, "%s",
			name + strlen(is_link ? tags[t].link : tags[t].tag));
		if (is_link)
			volume_name_decode(wanted);
		for (size_t i = 0; i < volumes->count; i++) {
			if (!has_tag(&volumes->list[i], t, wanted))
				continue;
			*volume_out = &volumes->list[i];
			break;
		}
		return true;
	}
	return false;
}

void
volume_tag_path(char *path_out, size_t room, const char *name)
{
	for (size_t t = 0; t < sizeof tags / sizeof *tags; t++) {
		if (!string_starts(name, tags[t].tag))
			continue;
		snprintf(path_out, room, "%s%s", tags[t].link,
			name + strlen(tags[t].tag));
		return;
	}
	snprintf(path_out, room, "%s", name);
}

/* "/dev/mapper/v--g-lv" is "/dev/v-g/lv". */
static bool
mapper_is(const char *mapper, const char *device)
{
	const char *at = device + strlen("/dev/");
	char name[256] = "/dev/mapper/";
	size_t used = strlen(name);

	if (!string_starts(mapper, name))
		return false;
	for (; *at != '\0' && used + 2 < sizeof name; at++) {
		if (*at == '/') {
			name[used++] = '-';
			continue;
		}
		name[used++] = *at;
		if (*at == '-')
			name[used++] = '-';
	}
	name[used] = '\0';
	return strcmp(mapper, name) == 0;
}

/* "/dev/md0", "/dev/md/0" or "/dev/md/home", by the metadata. */
static bool
array_is(const struct volume *volume, const char *name)
{
	const char *has = strchr(volume->array_name, ':');

	has = has == NULL ? volume->array_name : has + 1;
	if (*has == '\0')
		has = volume->array_minor;
	if (*has == '\0' || !string_starts(name, "/dev/md"))
		return false;
	name += strlen("/dev/md");
	name += *name == '/';
	return strcmp(name, has) == 0;
}

bool
volume_uuid_is(const char *uuid, const char *wanted)
{
	for (bool is_empty = true;; uuid++, wanted++, is_empty = false) {
		uuid += strspn(uuid, ":-.");
		wanted += strspn(wanted, ":-.");
		if (tolower((unsigned char)*uuid) !=
			tolower((unsigned char)*wanted))
			return false;
		if (*uuid == '\0')
			return !is_empty;
	}
}

/* `skip`: of the value, what belongs to something larger than the volume. */
static const struct {
	const char *start;
	size_t skip, member;
	bool is_uuid;
} links[] = {
	{BY_ID "md-uuid-", 0, offsetof(struct volume, array_uuid), true},
	{BY_ID "md-name-", 0, offsetof(struct volume, array_name), false},
	{BY_ID "dm-uuid-LVM-", 32, offsetof(struct volume, lv_uuid), true},
	{BY_ID "lvm-pv-uuid-", 0, offsetof(struct volume, uuid), true},
};

static bool
has_link(const struct volume *volume, const char *name)
{
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		const char *has = (const char *)volume + links[i].member;
		size_t n = strlen(links[i].start) + links[i].skip;
		char wanted[256];

		if (*has == '\0' || !string_starts(name, links[i].start) ||
			strlen(name) < n)
			continue;
		snprintf(wanted, sizeof wanted, "%s", name + n);
		volume_name_decode(wanted);
		return links[i].is_uuid ? volume_uuid_is(has, wanted)
					: strcmp(has, wanted) == 0;
	}
	return false;
}

bool
volume_is_called(const struct volume *volume, const char *name)
{
	if (has_link(volume, name))
		return true;
	switch (volume->kind) {
	case VOLUME_LV:
	case VOLUME_CRYPT:
		return strcmp(volume->device, name) == 0 ||
			mapper_is(name, volume->device);
	case VOLUME_ARRAY:
		return array_is(volume, name);
	default:
		return false;
	}
}

static const struct volume *
find_called(const struct volumes *volumes, const char *name)
{
	for (size_t i = 0; i < volumes->count; i++) {
		if (volume_is_called(&volumes->list[i], name))
			return &volumes->list[i];
	}
	return NULL;
}

const struct volume *
volume_by_name(const struct volumes *volumes, const char *name)
{
	const struct volume *volume = find_called(volumes, name);
	const char *part = NULL;
	char text[512];

	if (volume != NULL || !string_starts(name, BY_ID))
		return volume;
	for (const char *at = name; (at = strstr(at, "-part")) != NULL;)
		part = at++;
	if (part == NULL)
		return NULL;
	snprintf(text, sizeof text, "%.*s", (int)(part - name), name);
	volume = find_called(volumes, text);
	if (volume == NULL)
		return NULL;
	snprintf(text, sizeof text, "%sp%s", volume->device,
		part + strlen("-part"));
	return volumes_find(volumes, text);
}
