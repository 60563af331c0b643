/*
 * Boot entries of UEFI firmware (UEFI specification 2.10, 3.1.3 and 10.3).
 * unrack-capture describes them in the inventory, and convert/emit/variables.c
 * gives those that still hold to the VM.
 */
#include "wire/load-option.h"

#include <stdio.h>
#include <string.h>

enum {
	HEADER_BYTES = 6, /* u32 attributes, u16 bytes of the path */
	ACTIVE = 1,
	NODE_BYTES = 4, /* u8 type, u8 subtype, u16 length */
	MEDIA = 4,
	MEDIA_DRIVE = 1,
	MEDIA_FILE = 4,
	END = 0x7f,
	DRIVE_BYTES = 42,
	SIGNATURE_DOS = 1,
	SIGNATURE_GPT = 2,
};

static unsigned
u16_at(const uint8_t *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

static uint32_t
u32_at(const uint8_t *at)
{
	return u16_at(at) | (uint32_t)u16_at(at + 2) << 16;
}

static void
narrow(char *text, size_t room, const uint8_t *at, size_t bytes)
{
	size_t used = 0;

	for (size_t i = 0; i + 1 < bytes && used + 1 < room; i += 2) {
		unsigned unit = u16_at(at + i);

		if (unit == 0)
			break;
		text[used++] = unit >= ' ' && unit < 127 ? (char)unit : '?';
	}
	text[used] = '\0';
}

/* As the kernel names partitions. */
static void
read_drive(struct load_option *option, const uint8_t *node)
{
	const uint8_t *id = node + 24;
	unsigned kind = node[41];

	if (kind == SIGNATURE_GPT)
		snprintf(option->partition, sizeof option->partition,
			"%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			u32_at(id), u16_at(id + 4), u16_at(id + 6), id[8],
			id[9], id[10], id[11], id[12], id[13], id[14], id[15]);
	else if (kind == SIGNATURE_DOS)
		snprintf(option->partition, sizeof option->partition,
			"%08x-%02x", u32_at(id), u32_at(node + 4));
}

static void
read_path(struct load_option *option)
{
	const uint8_t *path = option->path;
	size_t at = 0, bytes = option->path_bytes, length;

	for (; at + NODE_BYTES <= bytes && path[at] != END; at += length) {
		length = u16_at(path + at + 2);
		if (length < NODE_BYTES || length > bytes - at)
			return;
		if (path[at] != MEDIA)
			continue;
		if (path[at + 1] == MEDIA_DRIVE && length == DRIVE_BYTES &&
			option->drive == NULL) {
			option->drive = path + at;
			option->drive_bytes = bytes - at;
			read_drive(option, path + at);
		} else if (path[at + 1] == MEDIA_FILE) {
			narrow(option->file, sizeof option->file,
				path + at + NODE_BYTES, length - NODE_BYTES);
		}
	}
}

bool
load_option_read(struct load_option *option_out, const void *data, size_t bytes)
{
	const uint8_t *start = data;
	size_t at = HEADER_BYTES;

	*option_out = (struct load_option){.attributes = 0};
	if (bytes < HEADER_BYTES)
		return false;
	option_out->attributes = u32_at(start);
	option_out->path_bytes = u16_at(start + 4);
	while (at + 2 <= bytes && u16_at(start + at) != 0)
		at += 2;
	at += 2;
	if (at > bytes || option_out->path_bytes > bytes - at)
		return false;
	option_out->title = start + HEADER_BYTES;
	option_out->title_bytes = at - HEADER_BYTES;
	option_out->path = start + at;
	option_out->extra = option_out->path + option_out->path_bytes;
	option_out->extra_bytes = bytes - at - option_out->path_bytes;
	narrow(option_out->description, sizeof option_out->description,
		option_out->title, option_out->title_bytes);
	read_path(option_out);
	return true;
}

bool
load_option_is_active(const struct load_option *option)
{
	return option->attributes & ACTIVE;
}

static uint8_t *
put(uint8_t *at, const void *data, size_t bytes)
{
	memcpy(at, data, bytes);
	return at + bytes;
}

size_t
load_option_shorten(const struct load_option *option, uint8_t *data_out)
{
	uint32_t attributes = option->attributes;
	const uint8_t header[HEADER_BYTES] = {(uint8_t)attributes,
		(uint8_t)(attributes >> 8), (uint8_t)(attributes >> 16),
		(uint8_t)(attributes >> 24), (uint8_t)option->drive_bytes,
		(uint8_t)(option->drive_bytes >> 8)};
	uint8_t *at = data_out;

	if (option->drive == NULL)
		return 0;
	at = put(at, header, sizeof header);
	at = put(at, option->title, option->title_bytes);
	at = put(at, option->drive, option->drive_bytes);
	at = put(at, option->extra, option->extra_bytes);
	return (size_t)(at - data_out);
}
