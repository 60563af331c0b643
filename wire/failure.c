/*
 * Failures that cross the wire, so that a person at either machine reads the
 * other one's reason.  channel.c sends and receives them.
 */
#include "wire/failure.h"

#include <errno.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "wire/text.h"

char *
failure_encode(const struct error *why)
{
	AUTO(json_decrefpp) json_t *json = json_object();

	if (json == NULL || json_set_text(json, "text", why->text) == -1 ||
		json_set_text(json, "hint", why->hint) == -1)
		return NULL;
	return json_dumps(json, JSON_COMPACT);
}

int
failure_decode(const uint8_t *payload, uint32_t bytes, struct error *err)
{
	AUTO(json_decrefpp) json_t *json = json_loadb((const char *)payload,
		bytes, JSON_REJECT_DUPLICATES, NULL);
	const char *text = json_text(json, "text", NULL);
	char clean[sizeof err->text];

	if (text == NULL)
		return error_set(err, EBADMSG, "an ERROR frame without text");
	text_copy(clean, sizeof clean, text);
	error_set(err, 0, "the other side gave up: %s", clean);
	if (err == NULL)
		return -1;
	err->code = EREMOTEIO;
	text_copy(err->hint, sizeof err->hint, json_text(json, "hint", ""));
	return -1;
}
