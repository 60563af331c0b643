/* A package's header, as RPM 4 stores it (rpm's docs/manual/format.md). */
#include "convert/assess/rpm.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "convert/assess/packages.h"

enum {
	INTRO_BYTES = 8,
	ENTRY_BYTES = 16, /* tag, type, offset, count */
	ENTRY_LIMIT = 1 << 16,
	TYPE_INT32 = 4,
	TYPE_STRING = 6,
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
};

struct header {
	const uint8_t *entries, *data;
	size_t count, data_bytes;
};

static uint32_t
u32_at(const uint8_t *at)
{
	return (uint32_t)bytes_big(at, 4);
}

static int
header_open(struct header *header, const uint8_t *bytes_at, size_t bytes)
{
	if (bytes < INTRO_BYTES)
		return -1;
	header->count = u32_at(bytes_at);
	header->data_bytes = u32_at(bytes_at + 4);
	bytes -= INTRO_BYTES;
	if (header->count > ENTRY_LIMIT ||
		header->count * ENTRY_BYTES > bytes ||
		header->data_bytes > bytes - header->count * ENTRY_BYTES)
		return -1;
	header->entries = bytes_at + INTRO_BYTES;
	header->data = header->entries + header->count * ENTRY_BYTES;
	return 0;
}

/* Where a tag's value begins, and what is left behind it; NULL: not there. */
static const uint8_t *
header_find(const struct header *header, uint32_t tag, uint32_t type,
	size_t *left_out)
{
	for (size_t i = 0; i < header->count; i++) {
		const uint8_t *entry = header->entries + i * ENTRY_BYTES;
		uint32_t offset = u32_at(entry + 8);

		if (u32_at(entry) != tag || u32_at(entry + 4) != type ||
			offset >= header->data_bytes)
			continue;
		*left_out = header->data_bytes - offset;
		return header->data + offset;
	}
	return NULL;
}

/* Empty when it is not there, does not end, or is no plain word. */
static const char *
header_text(const struct header *header, uint32_t tag)
{
	size_t left = 0;
	const char *text = (const char *)header_find(header, tag, TYPE_STRING,
		&left);

	if (text == NULL || memchr(text, '\0', left) == NULL)
		return "";
	for (const char *at = text; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~')
			return "";
	return text;
}

void
rpm_header_read(struct packages *packages, const uint8_t *header_bytes,
	size_t bytes, const char *where)
{
	struct header header;
	const uint8_t *epoch;
	const char *name;
	char prefix[16] = "", version[256];
	size_t left = 0;

	if (header_open(&header, header_bytes, bytes) == -1)
		return;
	name = header_text(&header, TAG_NAME);
	/* Keys of those who sign are stored as packages too. */
	if (*name == '\0' || strcmp(name, "gpg-pubkey") == 0)
		return;
	epoch = header_find(&header, TAG_EPOCH, TYPE_INT32, &left);
	if (epoch != NULL && left >= 4)
		snprintf(prefix, sizeof prefix, "%u:", u32_at(epoch));
	snprintf(version, sizeof version, "%s%.100s-%.100s", prefix,
		header_text(&header, TAG_VERSION),
		header_text(&header, TAG_RELEASE));
	packages_add(packages, name, strlen(name), version, strlen(version),
		where, 0);
}
