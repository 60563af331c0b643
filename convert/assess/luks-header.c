/*
 * The header of LUKS2 ("LUKS2 On-Disk Format Specification" 1.1): a binary part
 * of 4096 bytes, then JSON, in which tokens tell who else has the key.  The bytes
 * are a guest's.
 */
#include "convert/assess/luks-header.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"

enum { VERSION_AT = 6, SIZE_AT = 8, JSON_AT = 4096 };

unsigned
luks_header_version(const uint8_t *header, size_t bytes)
{
	if (bytes < SIZE_AT || (memcmp(header, "LUKS\xba\xbe", 6) != 0 &&
				       memcmp(header, "SKUL\xba\xbe", 6) != 0))
		return 0;
	return (unsigned)bytes_big(header + VERSION_AT, 2);
}

size_t
luks_header_bytes(const uint8_t *header, size_t bytes)
{
	uint64_t size;

	if (bytes < SIZE_AT + 8 || luks_header_version(header, bytes) != 2)
		return 0;
	size = bytes_big(header + SIZE_AT, 8);
	return size <= JSON_AT || size > LUKS_HEADER_LIMIT ? 0 : (size_t)size;
}

static void
take_token(struct luks_tokens *tokens, const json_t *token, json_t *slots)
{
	const char *type = json_text(token, "type", "");
	const json_t *slot;
	size_t i;

	if (tokens->count < LUKS_TOKEN_LIMIT)
		snprintf(tokens->list[tokens->count++].type,
			sizeof tokens->list[0].type, "%.31s", type);
	tokens->is_recovery |= strcmp(type, "systemd-recovery") == 0;
	json_array_foreach(json_object_get(token, "keyslots"), i, slot)
		if (json_is_string(slot))
			json_object_del(slots, json_string_value(slot));
}

json_t *
luks_header_json(const uint8_t *header, size_t bytes)
{
	size_t size = luks_header_bytes(header, bytes);
	const char *text = (const char *)header + JSON_AT;

	return size == 0 || size > bytes
		? NULL
		: json_loadb(text, strnlen(text, size - JSON_AT), 0, NULL);
}

void
luks_header_tokens(struct luks_tokens *tokens_out, const uint8_t *header,
	size_t bytes)
{
	AUTO(json_decrefpp) json_t *json = luks_header_json(header, bytes);
	json_t *slots = json_object_get(json, "keyslots");
	const char *key;
	json_t *token;

	memset(tokens_out, 0, sizeof *tokens_out);
	json_object_foreach(json_object_get(json, "tokens"), key, token)
		take_token(tokens_out, token, slots);
	tokens_out->free_slots = (unsigned)json_object_size(slots);
}

bool
luks_token_is_sealed(const char *type)
{
	static const char *const sealed[] = {"clevis", "systemd-fido2",
		"systemd-pkcs11", "systemd-tpm2", NULL};

	return strings_hold(sealed, type);
}
