/*
 * BLAKE2b of 4 or 8 messages side by side, each in its own lane of the vectors.
 * A hash is a chain, so that one message keeps one scalar unit busy and no more;
 * but a capture has many blocks at once.  Two to five times as fast as libcrypto,
 * which hash.c takes for everything else and which the test holds this against.
 */
#include "wire/blake2b.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)

static const uint8_t sigma[12][16] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
};

static const uint64_t iv[8] = {UINT64_C(0x6a09e667f3bcc908),
	UINT64_C(0xbb67ae8584caa73b), UINT64_C(0x3c6ef372fe94f82b),
	UINT64_C(0xa54ff53a5f1d36f1), UINT64_C(0x510e527fade682d1),
	UINT64_C(0x9b05688c2b3e6c1f), UINT64_C(0x1f83d9abfb41bd6b),
	UINT64_C(0x5be0cd19137e2179)};

/* Digest length 64, no key, fanout and depth 1. */
static const uint64_t parameters = 0x01010040;

#define ROTATE(x, n) (((x) >> (n)) | ((x) << (64 - (n))))

#define MIX(a, b, c, d, x, y)                                                  \
	do {                                                                   \
		v[a] += v[b] + m[x];                                           \
		v[d] = ROTATE(v[d] ^ v[a], 32);                                \
		v[c] += v[d];                                                  \
		v[b] = ROTATE(v[b] ^ v[c], 24);                                \
		v[a] += v[b] + m[y];                                           \
		v[d] = ROTATE(v[d] ^ v[a], 16);                                \
		v[c] += v[d];                                                  \
		v[b] = ROTATE(v[b] ^ v[c], 63);                                \
	} while (0)

/* Unrolled, so that the indexes into m are known. */
#define ROUND(r)                                                               \
	do {                                                                   \
		MIX(0, 4, 8, 12, sigma[r][0], sigma[r][1]);                    \
		MIX(1, 5, 9, 13, sigma[r][2], sigma[r][3]);                    \
		MIX(2, 6, 10, 14, sigma[r][4], sigma[r][5]);                   \
		MIX(3, 7, 11, 15, sigma[r][6], sigma[r][7]);                   \
		MIX(0, 5, 10, 15, sigma[r][8], sigma[r][9]);                   \
		MIX(1, 6, 11, 12, sigma[r][10], sigma[r][11]);                 \
		MIX(2, 7, 8, 13, sigma[r][12], sigma[r][13]);                  \
		MIX(3, 4, 9, 14, sigma[r][14], sigma[r][15]);                  \
	} while (0)

/*
 * One definition for each width, as a vector's width is part of its type.  All
 * indices are constants; clang's checks of them would take half an hour to
 * compile.
 */
#define DEFINE_HASH(name, lanes, isa)                                          \
	typedef uint64_t name##_words                                          \
		__attribute__((vector_size((lanes) * sizeof(uint64_t))));      \
                                                                               \
	__attribute__((target(isa), no_sanitize("undefined")))                 \
	static void name(                                                      \
		const uint8_t *const *messages, size_t bytes,                  \
		uint8_t (*digests_out)[BLAKE2B_BYTES])                                    \
	{                                                                      \
		name##_words h[8], v[16], m[16];                               \
                                                                               \
		for (int i = 0; i < 8; i++)                                    \
			h[i] = (name##_words){0} + iv[i];                      \
		h[0] ^= parameters;                                            \
		for (size_t at = 0; at < bytes; at += BLAKE2B_CHUNK_BYTES) {   \
			size_t done = at + BLAKE2B_CHUNK_BYTES;                \
                                                                               \
			for (int i = 0; i < 16; i++)                           \
				for (int j = 0; j < (lanes); j++) {            \
					uint64_t word;                         \
                                                                               \
					memcpy(&word,                          \
						messages[j] + at + 8 * i, 8);  \
					m[i][j] = word;                        \
				}                                              \
			for (int i = 0; i < 8; i++) {                          \
				v[i] = h[i];                                   \
				v[i + 8] = (name##_words){0} + iv[i];          \
			}                                                      \
			v[12] ^= (uint64_t)done;                               \
			v[14] ^= done == bytes ? ~UINT64_C(0) : 0;             \
			ROUND(0); ROUND(1); ROUND(2); ROUND(3);                \
			ROUND(4); ROUND(5); ROUND(6); ROUND(7);                \
			ROUND(8); ROUND(9); ROUND(10); ROUND(11);              \
			for (int i = 0; i < 8; i++)                            \
				h[i] ^= v[i] ^ v[i + 8];                       \
		}                                                              \
		for (int i = 0; i < 8; i++)                                    \
			for (int j = 0; j < (lanes); j++) {                    \
				uint64_t word = h[i][j];                       \
                                                                               \
				memcpy(digests_out[j] + 8 * i, &word, 8);      \
			}                                                      \
	}

DEFINE_HASH(hash_4, 4, "avx2")
DEFINE_HASH(hash_8, 8, "avx512f")

const struct blake2b_way *
blake2b_find(size_t count)
{
	static const struct blake2b_way four = {4, hash_4}, eight = {8, hash_8};

	if (count >= eight.width && __builtin_cpu_supports("avx512f"))
		return &eight;
	if (count >= four.width && __builtin_cpu_supports("avx2"))
		return &four;
	return NULL;
}

#else

const struct blake2b_way *
blake2b_find(size_t count)
{
	(void)count;
	return NULL;
}

#endif
