/*
 * The JSON payloads, in both directions.  Numbers and texts are bounded here, so
 * that what comes out of a parser can be used as it is.  Read channel.c for how
 * they travel and docs/protocol.md for what they mean.
 */
#include "wire/message.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "wire/channel.h"
#include "wire/hash.h"
#include "wire/text.h"

enum { CORES_LIMIT = 1 << 16 };

static int
send_json(struct channel *channel, enum frame_type type, const json_t *json,
	struct error *err)
{
	AUTO(freep) char *text = json_dumps(json, JSON_COMPACT);
	struct frame frame = {.type = type};
	size_t bytes = text == NULL ? 0 : strlen(text);

	if (text == NULL)
		return error_set(err, ENOMEM, "send %s", frame_type_name(type));
	if (bytes > FRAME_PAYLOAD_LIMIT)
		return error_set(err, EMSGSIZE, "send %s",
			frame_type_name(type));
	frame.payload_bytes = (uint32_t)bytes;
	return channel_send(channel, &frame, text, err);
}

static int
parse_json(json_t **json_out, enum frame_type type, const uint8_t *payload,
	uint32_t bytes, struct error *err)
{
	json_error_t why = {0};
	json_t *json = bytes == 0 ? NULL
				  : json_loadb((const char *)payload, bytes,
					    JSON_REJECT_DUPLICATES, &why);

	if (json_is_object(json)) {
		*json_out = json;
		return 0;
	}
	json_decref(json);
	return error_set(err, EBADMSG, "%s frame without a JSON object",
		frame_type_name(type));
}

static int
get_text(char *text_out, size_t room, const json_t *json, const char *key,
	struct error *err)
{
	const char *value = json_text(json, key, NULL);

	if (value == NULL || text_copy(text_out, room, value) == -1)
		return error_set(err, EBADMSG, "\"%s\" is %s", key,
			value == NULL ? "not a text" : "too long");
	return 0;
}

/* A text that is one of a NULL-terminated list. */
static int
get_choice(char *text_out, size_t room, const char *const choices[],
	const json_t *json, const char *key, struct error *err)
{
	if (get_text(text_out, room, json, key, err) == -1)
		return -1;
	for (; *choices != NULL; choices++)
		if (strcmp(text_out, *choices) == 0)
			return 0;
	return error_set(err, EBADMSG, "\"%s\" is unknown", key);
}

static int
get_number(uint64_t *number_out, uint64_t least, uint64_t most,
	const json_t *json, const char *key, struct error *err)
{
	const json_t *value = json_object_get(json, key);
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || (uint64_t)number < least ||
		(uint64_t)number > most)
		return error_set(err, EBADMSG, "\"%s\" is no number from %ju to %ju",
			key, (uintmax_t)least, (uintmax_t)most);
	*number_out = (uint64_t)number;
	return 0;
}

static int
get_small(unsigned *number_out, unsigned least, unsigned most,
	const json_t *json, const char *key, struct error *err)
{
	uint64_t number;

	if (get_number(&number, least, most, json, key, err) == -1)
		return -1;
	*number_out = (unsigned)number;
	return 0;
}

/* The first thing to look at: what follows may mean something else. */
static int
get_version(unsigned *version_out, const json_t *json, struct error *err)
{
	if (get_small(version_out, 0, INT32_MAX, json, "version", err) == -1)
		return -1;
	if (*version_out == FRAME_VERSION)
		return 0;
	error_set(err, EPROTONOSUPPORT,
		"the other side speaks version %u of the protocol, we %d",
		*version_out, FRAME_VERSION);
	return error_hint(err, "boot a live image of the same release as the "
			       "host's unrack");
}

static int
set_number(json_t *json, const char *key, uint64_t number)
{
	return json_object_set_new(json, key,
		json_integer(number > INT64_MAX ? INT64_MAX
						: (json_int_t)number));
}

void
hello_release(struct hello *hello)
{
	json_decref(hello->inventory);
	hello->inventory = NULL;
}

static json_t *
codecs_to_json(const bool codecs[CODEC_COUNT])
{
	AUTO(json_decrefpp) json_t *list = json_array();

	for (int i = 0; i < CODEC_COUNT; i++)
		if (codecs[i] &&
			json_array_append_new(list,
				json_string(codec_name((enum codec)i))) == -1)
			return NULL;
	return take(list);
}

int
hello_send(struct channel *channel, const struct hello *hello,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *json = json_object();

	if (set_number(json, "version", hello->version) == -1 ||
		json_set_text(json, "session", hello->session) == -1 ||
		set_number(json, "lane", hello->lane) == -1 ||
		json_set_text(json, "program", hello->program) == -1 ||
		json_object_set_new(json, "codecs",
			codecs_to_json(hello->codecs)) == -1 ||
		json_set_text(json, "hash", hello->hash) == -1 ||
		json_set_text(json, "mode", hello->mode) == -1 ||
		set_number(json, "cores", hello->cores) == -1 ||
		(hello->inventory != NULL &&
			json_object_set(json, "inventory", hello->inventory) ==
				-1))
		return error_set(err, ENOMEM, "send HELLO");
	return send_json(channel, FRAME_HELLO, json, err);
}

static int
get_session(char session_out[MESSAGE_SESSION_BYTES], const json_t *json,
	struct error *err)
{
	if (get_text(session_out, MESSAGE_SESSION_BYTES, json, "session",
		    err) == -1)
		return -1;
	if (strspn(session_out, "0123456789abcdef") != MESSAGE_SESSION_BYTES - 1)
		return error_set(err, EBADMSG, "\"session\" is not 32 hex digits");
	return 0;
}

/* Codecs that this side does not know are no concern of it. */
static int
get_codecs(bool codecs_out[CODEC_COUNT], const json_t *json, struct error *err)
{
	const json_t *list = json_object_get(json, "codecs"), *entry;
	size_t i;

	if (!json_is_array(list))
		return error_set(err, EBADMSG, "\"codecs\" is not a list");
	json_array_foreach (list, i, entry) {
		const char *name = json_string_value(entry);
		int codec = name == NULL ? -1 : codec_from_name(name);

		if (codec != -1)
			codecs_out[codec] = true;
	}
	return 0;
}

static int
get_hash(char *hash_out, size_t room, const json_t *json, struct error *err)
{
	if (get_text(hash_out, room, json, "hash", err) == -1)
		return -1;
	if (strcmp(hash_out, HASH_NAME) != 0)
		return error_set(err, EPROTONOSUPPORT,
			"the source hashes with %s, we with " HASH_NAME,
			hash_out);
	return 0;
}

static int
get_inventory(struct hello *hello, const json_t *json, struct error *err)
{
	json_t *inventory = json_object_get(json, "inventory");

	if (hello->lane != 0)
		return 0;
	if (!json_is_object(inventory))
		return error_set(err, EBADMSG, "\"inventory\" is missing");
	hello->inventory = json_incref(inventory);
	return 0;
}

static int
get_hello(struct hello *hello, const json_t *json, struct error *err)
{
	static const char *const modes[] = {"capture", "pre-copy", "assess",
		NULL};

	if (get_version(&hello->version, json, err) == -1 ||
		get_session(hello->session, json, err) == -1 ||
		get_small(&hello->lane, 0, MESSAGE_LANES_LIMIT - 1, json, "lane",
			err) == -1 ||
		get_text(hello->program, sizeof hello->program, json, "program",
			err) == -1 ||
		get_codecs(hello->codecs, json, err) == -1 ||
		get_hash(hello->hash, sizeof hello->hash, json, err) == -1 ||
		get_choice(hello->mode, sizeof hello->mode, modes, json, "mode",
			err) == -1 ||
		get_small(&hello->cores, 1, CORES_LIMIT, json, "cores", err) ==
			-1)
		return -1;
	return get_inventory(hello, json, err);
}

int
hello_parse(struct hello *hello_out, const uint8_t *payload, uint32_t bytes,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	struct hello hello = {0};

	if (parse_json(&json, FRAME_HELLO, payload, bytes, err) == -1)
		return -1;
	if (get_hello(&hello, json, err) == -1)
		return error_add(err, "HELLO");
	*hello_out = hello;
	return 0;
}

int
welcome_send(struct channel *channel, const struct welcome *welcome,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *json = json_object();

	if (set_number(json, "version", welcome->version) == -1 ||
		set_number(json, "lanes", welcome->lanes) == -1 ||
		json_set_text(json, "codec", codec_name(welcome->codec)) == -1 ||
		json_set_text(json, "machine", welcome->machine) == -1)
		return error_set(err, ENOMEM, "send WELCOME");
	return send_json(channel, FRAME_WELCOME, json, err);
}

static int
get_welcome(struct welcome *welcome, const json_t *json, struct error *err)
{
	char codec[16];
	int known;

	if (get_version(&welcome->version, json, err) == -1 ||
		get_small(&welcome->lanes, 1, MESSAGE_LANES_LIMIT, json, "lanes",
			err) == -1 ||
		get_text(codec, sizeof codec, json, "codec", err) == -1 ||
		get_text(welcome->machine, sizeof welcome->machine, json,
			"machine", err) == -1)
		return -1;
	known = codec_from_name(codec);
	if (known == -1)
		return error_set(err, EBADMSG, "\"codec\" is unknown");
	welcome->codec = (enum codec)known;
	if (key_check_name(welcome->machine, NULL) == -1)
		return error_set(err, EBADMSG, "\"machine\" is no name");
	return 0;
}

int
welcome_parse(struct welcome *welcome_out, const uint8_t *payload,
	uint32_t bytes, struct error *err)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	struct welcome welcome = {0};

	if (parse_json(&json, FRAME_WELCOME, payload, bytes, err) == -1)
		return -1;
	if (get_welcome(&welcome, json, err) == -1)
		return error_add(err, "WELCOME");
	*welcome_out = welcome;
	return 0;
}

int
notice_send(struct channel *channel, const struct notice *notice,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *json = json_object();

	if (json_set_text(json, "stage", notice->stage) == -1 ||
		json_set_text(json, "text", notice->text) == -1 ||
		json_set_text(json, "level", notice->level) == -1 ||
		set_number(json, "done", notice->done) == -1 ||
		set_number(json, "total", notice->total) == -1 ||
		json_object_set_new(json, "seconds",
			json_real(notice->seconds)) == -1)
		return error_set(err, ENOMEM, "send NOTICE");
	return send_json(channel, FRAME_NOTICE, json, err);
}

static int
get_notice(struct notice *notice, const json_t *json, struct error *err)
{
	static const char *const levels[] = {"info", "warning", "error", NULL};
	const json_t *seconds = json_object_get(json, "seconds");

	if (get_text(notice->stage, sizeof notice->stage, json, "stage", err) ==
			-1 ||
		get_text(notice->text, sizeof notice->text, json, "text",
			err) == -1 ||
		get_choice(notice->level, sizeof notice->level, levels, json,
			"level", err) == -1 ||
		get_number(&notice->done, 0, INT64_MAX, json, "done", err) ==
			-1 ||
		get_number(&notice->total, 0, INT64_MAX, json, "total", err) ==
			-1)
		return -1;
	notice->seconds = json_number_value(seconds);
	if (!json_is_number(seconds) || !(notice->seconds >= 0))
		return error_set(err, EBADMSG, "\"seconds\" is no duration");
	return 0;
}

int
notice_parse(struct notice *notice_out, const uint8_t *payload, uint32_t bytes,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	struct notice notice = {0};

	if (parse_json(&json, FRAME_NOTICE, payload, bytes, err) == -1)
		return -1;
	if (get_notice(&notice, json, err) == -1)
		return error_add(err, "NOTICE");
	*notice_out = notice;
	return 0;
}

int
closing_send(struct channel *channel, const struct closing *closing,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *json = json_object();

	if (json_set_text(json, "verdict", closing->verdict) == -1 ||
		json_set_text(json, "text", closing->text) == -1 ||
		json_set_text(json, "action", closing->action) == -1)
		return error_set(err, ENOMEM, "send CLOSE");
	return send_json(channel, FRAME_CLOSE, json, err);
}

static int
get_closing(struct closing *closing, const json_t *json, struct error *err)
{
	static const char *const actions[] = {"poweroff", "reboot", "shell",
		"wait", NULL};

	if (get_text(closing->verdict, sizeof closing->verdict, json, "verdict",
		    err) == -1 ||
		get_text(closing->text, sizeof closing->text, json, "text",
			err) == -1)
		return -1;
	return get_choice(closing->action, sizeof closing->action, actions, json,
		"action", err);
}

int
closing_parse(struct closing *closing_out, const uint8_t *payload,
	uint32_t bytes, struct error *err)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	struct closing closing = {0};

	if (parse_json(&json, FRAME_CLOSE, payload, bytes, err) == -1)
		return -1;
	if (get_closing(&closing, json, err) == -1)
		return error_add(err, "CLOSE");
	*closing_out = closing;
	return 0;
}
