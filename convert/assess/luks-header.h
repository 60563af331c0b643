#ifndef CONVERT_ASSESS_LUKS_HEADER_H
#define CONVERT_ASSESS_LUKS_HEADER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes from a volume's start that are wanted at first, and at most. */
enum {
	LUKS_HEADER_BYTES = 16 << 10,
	LUKS_HEADER_LIMIT = 1 << 20,
	LUKS_TOKEN_LIMIT = 32,
};

/* How a LUKS2 volume is opened other than by a passphrase. */
struct luks_tokens {
	struct luks_token {
		char type[32]; /* "systemd-tpm2", "clevis" */
	} list[LUKS_TOKEN_LIMIT];
	size_t count;
	unsigned free_slots; /* key slots that no token speaks for */
	bool is_recovery;    /* one of the tokens marks a recovery key */
};

/* 1, 2 or what comes after these, also of a second copy; 0: no header. */
unsigned luks_header_version(const uint8_t *header, size_t bytes);

/* How long the header says that it is; 0: no LUKS2 header, or one too large. */
size_t luks_header_bytes(const uint8_t *header, size_t bytes);

/*
 * The JSON of a LUKS2 header, owned by the caller; NULL when it is none, is cut,
 * or is not well formed.
 */
json_t *luks_header_json(const uint8_t *header, size_t bytes);

/*
 * Read the tokens from a volume's first bytes.  Empty when it is no LUKS2, is
 * cut, or is not well formed.
 */
void luks_header_tokens(struct luks_tokens *tokens_out, const uint8_t *header,
	size_t bytes);

/* Does a token of this type keep its key in hardware or at a server? */
bool luks_token_is_sealed(const char *type);

#endif
