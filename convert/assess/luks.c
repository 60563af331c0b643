/*
 * Encrypted volumes: what their headers tell.  luks-header.c and luks-cost.c
 * read the bytes.
 */
#include "convert/assess/luks.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/luks-cost.h"
#include "convert/assess/luks-header.h"
#include "convert/assess/volume.h"

/* Where second copies begin: there, and at each double of it. */
enum { SECOND_FIRST = 0x4000, SECOND_LAST = 0x400000 };

/* "systemd-tpm2; 1 other way in", in words that no mask takes for a secret. */
static void
note_tokens(const struct luks_tokens *tokens, const char *source,
	struct findings *findings)
{
	char what[128];

	for (size_t i = 0; i < tokens->count; i++) {
		if (!luks_token_is_sealed(tokens->list[i].type))
			continue;
		snprintf(what, sizeof what, "%s; %u other way%s in%s",
			tokens->list[i].type, tokens->free_slots,
			tokens->free_slots == 1 ? "" : "s",
			tokens->is_recovery ? ", a recovery key" : "");
		finding_add(findings, "storage.tpm-sealed", source, 0, what,
			NULL);
	}
}

/* All of the header at `offset`, freed by the caller; NULL: there is none. */
static uint8_t *
read_header(guestfs_h *g, const char *device, int64_t offset, size_t *bytes)
{
	char *header = guestfs_pread_device(g, device, LUKS_HEADER_BYTES, offset,
		bytes);
	size_t wanted = header == NULL
		? 0
		: luks_header_bytes((const uint8_t *)header, *bytes);

	if (wanted > *bytes) {
		free(header);
		header = guestfs_pread_device(g, device, (int)wanted, offset,
			bytes);
	}
	return (uint8_t *)header;
}

void
luks_note(guestfs_h *g, const struct volume *volume,
	struct findings *findings)
{
	AUTO(freep) uint8_t *header = NULL;
	struct luks_tokens tokens;
	size_t bytes = 0;

	header = read_header(g, volume->device, 0, &bytes);
	if (header == NULL || luks_header_bytes(header, bytes) == 0)
		return;
	luks_header_tokens(&tokens, header, bytes);
	note_tokens(&tokens, volume->source, findings);
}

/* The version of the header at `offset`, 0 for none, or -1 and *err. */
static int
weigh(unsigned *seconds, guestfs_h *g, const char *device, int64_t offset,
	struct error *err)
{
	AUTO(freep) uint8_t *header = NULL;
	size_t bytes = 0;
	unsigned version, its_seconds;

	header = read_header(g, device, offset, &bytes);
	version = header == NULL ? 0 : luks_header_version(header, bytes);
	if (version == 0)
		return 0;
	if (luks_cost(&its_seconds, header, bytes, err) == -1)
		return -1;
	if (its_seconds > *seconds)
		*seconds = its_seconds;
	return (int)version;
}

/* Of LUKS2, cryptsetup takes the newer copy, and looks for it in all places. */
int
luks_weigh(unsigned *seconds_out, guestfs_h *g, const char *device,
	struct error *err)
{
	int version;

	*seconds_out = 0;
	version = weigh(seconds_out, g, device, 0, err);
	if (version == -1 || version == 1)
		return version == 1 ? 0 : -1;
	for (int64_t offset = SECOND_FIRST; offset <= SECOND_LAST; offset *= 2)
		if (weigh(seconds_out, g, device, offset, err) == -1)
			return -1;
	return *seconds_out > 0 ? 0 : error_set(err, 0, "it has no header");
}
