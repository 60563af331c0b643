/*
 * Sealed pieces of the files of a carry disk.  What is sealed is in carry.c.
 * ChaCha20-Poly1305 and not AES: the source is an old machine.
 */
#include "wire/seal.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <string.h>

#include "common/error.h"

enum { LABEL_LIMIT = 64, CIPHER_KEY_BYTES = 32, NONCE_BYTES = 12 };

struct seal {
	EVP_CIPHER_CTX *cipher; /* NULL: not encrypted */
	EVP_MD_CTX *digest;
	uint8_t key[CIPHER_KEY_BYTES];
	uint8_t label[LABEL_LIMIT];
	size_t label_bytes;
};

static int
derive(uint8_t key_out[CIPHER_KEY_BYTES], const uint8_t key[KEY_BYTES],
	const uint8_t salt[SEAL_SALT_BYTES], const uint8_t *label,
	size_t label_bytes)
{
	EVP_KDF *algorithm = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(algorithm);
	char digest[] = "SHA256";
	/* OpenSSL does not write through these. */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest,
			0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
			(void *)(uintptr_t)key, KEY_BYTES),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
			(void *)(uintptr_t)salt, SEAL_SALT_BYTES),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
			(void *)(uintptr_t)label, label_bytes),
		OSSL_PARAM_construct_end(),
	};
	int done = context != NULL && EVP_KDF_derive(context, key_out,
						CIPHER_KEY_BYTES, params) == 1;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(algorithm);
	return done ? 0 : -1;
}

int
seal_new(struct seal **seal_out, const uint8_t key[KEY_BYTES],
	const uint8_t salt[SEAL_SALT_BYTES], const void *label,
	size_t label_bytes, struct error *err)
{
	AUTO(seal_freep) struct seal *seal = calloc(1, sizeof *seal);

	if (seal == NULL || label_bytes > sizeof seal->label)
		return error_set(err, ENOMEM, "make a seal");
	memcpy(seal->label, label, label_bytes);
	seal->label_bytes = label_bytes;
	seal->digest = EVP_MD_CTX_new();
	if (seal->digest == NULL)
		return error_set(err, ENOMEM, "make a seal");
	if (key != NULL) {
		seal->cipher = EVP_CIPHER_CTX_new();
		if (seal->cipher == NULL || derive(seal->key, key, salt,
						seal->label, label_bytes) == -1)
			return error_set(err, ENOTSUP, "libcrypto has no HKDF");
	}
	*seal_out = take(seal);
	return 0;
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	EVP_CIPHER_CTX_free(seal->cipher);
	EVP_MD_CTX_free(seal->digest);
	OPENSSL_cleanse(seal->key, sizeof seal->key);
	free(seal);
}

static int
digest(struct seal *seal, uint64_t position, const void *head,
	size_t head_bytes, const void *data, size_t bytes,
	uint8_t tag_out[SEAL_TAG_BYTES])
{
	uint8_t full[EVP_MAX_MD_SIZE];
	uint64_t place = htole64(position);
	EVP_MD_CTX *context = seal->digest;

	if (EVP_DigestInit_ex(context, EVP_blake2b512(), NULL) != 1 ||
		EVP_DigestUpdate(context, seal->label, seal->label_bytes) !=
			1 ||
		EVP_DigestUpdate(context, &place, sizeof place) != 1 ||
		EVP_DigestUpdate(context, head, head_bytes) != 1 ||
		EVP_DigestUpdate(context, data, bytes) != 1 ||
		EVP_DigestFinal_ex(context, full, NULL) != 1)
		return -1;
	memcpy(tag_out, full, SEAL_TAG_BYTES);
	return 0;
}

/* `out` NULL: bytes that stay readable. */
static int
pass(struct seal *seal, void *out, const void *in, size_t bytes)
{
	int done;

	return bytes == 0 || (bytes <= INT_MAX &&
		EVP_CipherUpdate(seal->cipher, out, &done, in, (int)bytes) == 1);
}

/* Everything but the tag, in either direction. */
static int
run_cipher(struct seal *seal, int encrypt, uint64_t position, const void *head,
	size_t head_bytes, void *data, size_t bytes)
{
	uint8_t nonce[NONCE_BYTES] = {0};
	uint64_t place = htole64(position);

	memcpy(nonce + NONCE_BYTES - sizeof place, &place, sizeof place);
	return EVP_CipherInit_ex(seal->cipher, EVP_chacha20_poly1305(), NULL,
		       seal->key, nonce, encrypt) == 1 &&
			pass(seal, NULL, head, head_bytes) &&
			pass(seal, data, data, bytes)
		? 0
		: -1;
}

int
seal_close(struct seal *seal, uint64_t position, const void *head,
	size_t head_bytes, void *data, size_t bytes,
	uint8_t tag_out[SEAL_TAG_BYTES], struct error *err)
{
	uint8_t rest[16];
	int done;

	if (seal->cipher == NULL)
		return digest(seal, position, head, head_bytes, data, bytes,
			       tag_out) == 0
			? 0
			: error_set(err, ENOMEM, "seal");
	if (run_cipher(seal, 1, position, head, head_bytes, data, bytes) == 0 &&
		EVP_CipherFinal_ex(seal->cipher, rest, &done) == 1 &&
		EVP_CIPHER_CTX_ctrl(seal->cipher, EVP_CTRL_AEAD_GET_TAG,
			SEAL_TAG_BYTES, tag_out) == 1)
		return 0;
	return error_set(err, ENOTSUP, "encrypt with ChaCha20-Poly1305");
}

static int
opens(struct seal *seal, uint64_t position, const void *head,
	size_t head_bytes, void *data, size_t bytes,
	const uint8_t tag[SEAL_TAG_BYTES])
{
	uint8_t wanted[SEAL_TAG_BYTES], rest[16];
	int done;

	if (seal->cipher == NULL)
		return digest(seal, position, head, head_bytes, data, bytes,
			       wanted) == 0 &&
			memcmp(wanted, tag, sizeof wanted) == 0;
	memcpy(wanted, tag, sizeof wanted);
	return run_cipher(seal, 0, position, head, head_bytes, data, bytes) ==
		0 &&
		EVP_CIPHER_CTX_ctrl(seal->cipher, EVP_CTRL_AEAD_SET_TAG,
			SEAL_TAG_BYTES, wanted) == 1 &&
		EVP_CipherFinal_ex(seal->cipher, rest, &done) == 1;
}

int
seal_open(struct seal *seal, uint64_t position, const void *head,
	size_t head_bytes, void *data, size_t bytes,
	const uint8_t tag[SEAL_TAG_BYTES], struct error *err)
{
	if (opens(seal, position, head, head_bytes, data, bytes, tag))
		return 0;
	return error_set(err, EBADMSG, "damaged, or changed by somebody");
}
