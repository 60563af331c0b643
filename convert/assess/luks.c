/* Encrypted volumes: what their headers tell.  luks-header.c reads the bytes. */
#include "convert/assess/luks.h"

#include <stdio.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/luks-header.h"
#include "convert/assess/volume.h"

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

void
luks_note(guestfs_h *g, const struct volume *volume,
	struct findings *findings)
{
	AUTO(freep) char *header = NULL;
	struct luks_tokens tokens;
	size_t bytes = 0, wanted;

	header = guestfs_pread_device(g, volume->device, LUKS_HEADER_BYTES, 0,
		&bytes);
	wanted = header == NULL
		? 0
		: luks_header_bytes((const uint8_t *)header, bytes);
	if (wanted > bytes) {
		free(header);
		header = guestfs_pread_device(g, volume->device, (int)wanted, 0,
			&bytes);
	}
	if (header == NULL || wanted == 0)
		return;
	luks_header_tokens(&tokens, (const uint8_t *)header, bytes);
	note_tokens(&tokens, volume->source, findings);
}
