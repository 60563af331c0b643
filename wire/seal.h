#ifndef WIRE_SEAL_H
#define WIRE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "common/own.h"
#include "wire/key.h"

struct error;

enum { SEAL_SALT_BYTES = 32, SEAL_TAG_BYTES = 16 };

/*
 * What makes pieces of a file tamper-evident, and with a key unreadable:
 * ChaCha20-Poly1305 with a key of its own for each file, derived with HKDF from
 * the enrolment's key, the file's random salt and its label; or without a key the
 * first 16 bytes of the hash of label, position, head and data, which finds
 * damage but no intent.
 *
 * The position is the nonce: nobody seals two pieces at one position of a file.
 */
struct seal;

/* `key` NULL: without encryption. */
int seal_new(struct seal **seal_out, const uint8_t key[KEY_BYTES],
	const uint8_t salt[SEAL_SALT_BYTES], const void *label,
	size_t label_bytes, struct error *err);
void seal_free(struct seal *seal);
OWN_DEFINE(struct seal, seal_free)

/* Seal `data` in place; `head` stays readable but is vouched for too. */
int seal_close(struct seal *seal, uint64_t position, const void *head,
	size_t head_bytes, void *data, size_t bytes,
	uint8_t tag_out[SEAL_TAG_BYTES], struct error *err);

/* The reverse; EBADMSG, and `data` is not to be used, when anything differs. */
int seal_open(struct seal *seal, uint64_t position, const void *head,
	size_t head_bytes, void *data, size_t bytes,
	const uint8_t tag[SEAL_TAG_BYTES], struct error *err);

#endif
