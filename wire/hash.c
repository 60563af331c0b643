/*
 * The hash that follows a block from the source's memory to the host's disk.
 * It is in the inner loop of a capture, so the algorithm is looked up once and
 * each thread keeps its own context.  Read block.c next.
 */
#include "wire/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"

enum { HASH_FULL_BYTES = 64, HASH_PIECE_BYTES = 256 << 10 };

static pthread_once_t hash_once = PTHREAD_ONCE_INIT;
static pthread_key_t hash_key;
static EVP_MD *hash_algorithm; /* NULL when libcrypto has none */

static void
free_context(void *context)
{
	EVP_MD_CTX_free(context);
}

static void
open_hash(void)
{
	EVP_MD *algorithm = EVP_MD_fetch(NULL, "BLAKE2B-512", NULL);

	if (pthread_key_create(&hash_key, free_context) != 0) {
		EVP_MD_free(algorithm);
		return;
	}
	hash_algorithm = algorithm;
}

/* This thread's context, ready for a new hash, or NULL. */
static EVP_MD_CTX *
begin(struct error *err)
{
	EVP_MD_CTX *context;

	pthread_once(&hash_once, open_hash);
	if (hash_algorithm == NULL) {
		error_set(err, ENOTSUP, "libcrypto has no BLAKE2b");
		return NULL;
	}
	context = pthread_getspecific(hash_key);
	if (context == NULL) {
		context = EVP_MD_CTX_new();
		if (pthread_setspecific(hash_key, context) != 0) {
			EVP_MD_CTX_free(context);
			context = NULL;
		}
	}
	if (context == NULL ||
		EVP_DigestInit_ex2(context, hash_algorithm, NULL) != 1) {
		error_set(err, ENOMEM, "hash");
		return NULL;
	}
	return context;
}

static int
finish(EVP_MD_CTX *context, uint8_t hash_out[HASH_BYTES], struct error *err)
{
	uint8_t full[HASH_FULL_BYTES];

	if (EVP_DigestFinal_ex(context, full, NULL) != 1)
		return error_set(err, ENOMEM, "hash");
	memcpy(hash_out, full, HASH_BYTES);
	return 0;
}

int
hash_block(const void *data, size_t bytes, uint8_t hash_out[HASH_BYTES],
	struct error *err)
{
	EVP_MD_CTX *context = begin(err);

	if (context == NULL)
		return -1;
	if (EVP_DigestUpdate(context, data, bytes) != 1)
		return error_set(err, ENOMEM, "hash");
	return finish(context, hash_out, err);
}

int
hash_file(const char *path, uint8_t hash_out[HASH_BYTES], struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO(freep) uint8_t *piece = malloc(HASH_PIECE_BYTES);
	EVP_MD_CTX *context = begin(err);
	ssize_t got;

	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	if (piece == NULL)
		return error_set(err, ENOMEM, "hash %s", path);
	if (context == NULL)
		return error_add(err, "%s", path);
	while ((got = read(fd, piece, HASH_PIECE_BYTES)) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return error_set(err, errno, "read %s", path);
		if (EVP_DigestUpdate(context, piece, (size_t)got) != 1)
			return error_set(err, ENOMEM, "hash %s", path);
	}
	return finish(context, hash_out, err);
}

void
hash_hex(const uint8_t hash[HASH_BYTES], char text_out[HASH_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_BYTES; i++) {
		text_out[2 * i] = digits[hash[i] >> 4];
		text_out[2 * i + 1] = digits[hash[i] & 15];
	}
	text_out[HASH_HEX_BYTES - 1] = '\0';
}
