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

/* "/dev/md0", "/dev/md/0" or "/dev/md/home", by the name in the metadata. */
static bool
array_is(const struct volume *volume, const char *name)
{
	const char *has = strchr(volume->array_name, ':');

	has = has == NULL ? volume->array_name : has + 1;
	if (*has == '\0' || !string_starts(name, "/dev/md"))
		return false;
	name += strlen("/dev/md");
	name += *name == '/';
	return strcmp(name, has) == 0;
}

bool
volume_is_called(const struct volume *volume, const char *name)
{
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
