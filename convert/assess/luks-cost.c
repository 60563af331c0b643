/*
 * What trying a passphrase costs is written in a volume's header, which may be
 * a hostile guest's: four billion iterations take an hour, and cryptsetup does
 * as it is told.  So this adds them up before.  Each slot derives a key from
 * the passphrase, and compares its digest, which is iterated as well.
 */
#include "convert/assess/luks-cost.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/luks-header.h"

/*
 * On an ordinary processor: a core makes this many iterations of PBKDF2 in a
 * millisecond, for a key of 32 bytes, and fills this much memory for Argon2.
 */
enum { ITERATIONS_A_MS = 2000, KIB_A_MS = 1024 };

enum { KEY_BYTES_LIMIT = 512, THREADS_LIMIT = 16 };

/* Big-endian, by "LUKS1 On-Disk Format Specification" 1.2.3. */
enum {
	KEY_BYTES_AT = 108,
	DIGEST_ITERATIONS_AT = 164,
	SLOTS_AT = 208,
	SLOT_BYTES = 48,
	SLOT_COUNT = 8,
	SLOT_ACTIVE = 0x00ac71f3,
	LUKS1_BYTES = SLOTS_AT + SLOT_COUNT * SLOT_BYTES,
};

/* All failures are told in words that no mask takes for a secret. */
static int
add_ms(uint64_t *ms, uint64_t more, const char *slot, struct error *err)
{
	*ms += more;
	return *ms / 1000 <= LUKS_SECONDS_LIMIT
		? 0
		: error_set(err, 0, "with slot %.20s, one try takes about %ju "
			"seconds, of at most %d", slot,
			(uintmax_t)(*ms / 1000), LUKS_SECONDS_LIMIT);
}

/* For each part of the key that is as long as a hash. */
static uint64_t
pbkdf2_ms(uint64_t iterations, uint64_t key_bytes)
{
	return iterations * ((key_bytes + 31) / 32) / ITERATIONS_A_MS;
}

static int
cost_of_luks1(uint64_t *ms, const uint8_t *header, struct error *err)
{
	uint64_t key_bytes = bytes_big32(header + KEY_BYTES_AT);
	uint64_t digest_ms =
		pbkdf2_ms(bytes_big32(header + DIGEST_ITERATIONS_AT), 32);

	if (key_bytes > KEY_BYTES_LIMIT)
		return error_set(err, 0, "its slots have %ju bytes",
			(uintmax_t)key_bytes);
	for (unsigned i = 0; i < SLOT_COUNT; i++) {
		const uint8_t *slot = header + SLOTS_AT + i * SLOT_BYTES;
		char name[8];

		snprintf(name, sizeof name, "%u", i);
		if (bytes_big32(slot) == SLOT_ACTIVE &&
			add_ms(ms, digest_ms + pbkdf2_ms(bytes_big32(slot + 4),
					key_bytes), name, err) == -1)
			return -1;
	}
	return 0;
}

/* A number of at most 32 bits; what is none costs as much as the largest. */
static uint64_t
number(const json_t *object, const char *key)
{
	uint64_t value = json_number(object, key, UINT32_MAX);

	return value < UINT32_MAX ? value : UINT32_MAX;
}

static int
slot_ms(uint64_t *ms, const json_t *slot, const char *name, struct error *err)
{
	const json_t *kdf = json_object_get(slot, "kdf");
	uint64_t key_bytes = number(json_object_get(slot, "area"), "key_size");
	uint64_t kib;

	if (key_bytes > KEY_BYTES_LIMIT)
		return error_set(err, 0, "its slot %.20s has %ju bytes", name,
			(uintmax_t)key_bytes);
	if (strcmp(json_text(kdf, "type", ""), "pbkdf2") == 0)
		return add_ms(ms, pbkdf2_ms(number(kdf, "iterations"),
				key_bytes), name, err);
	kib = number(kdf, "memory");
	if (kib / 1024 > LUKS_MEMORY_MIB)
		return error_set(err, 0, "its slot %.20s fills %ju MiB of "
			"memory, of at most %d", name,
			(uintmax_t)(kib / 1024), LUKS_MEMORY_MIB);
	if (number(kdf, "cpus") > THREADS_LIMIT)
		return error_set(err, 0, "its slot %.20s wants more than %d "
			"threads", name, THREADS_LIMIT);
	return add_ms(ms, number(kdf, "time") * kib / KIB_A_MS, name, err);
}

/* The dearest: which slot has which does not matter then. */
static uint64_t
digest_ms(json_t *digests)
{
	uint64_t most = 0;
	const char *name;
	const json_t *digest;

	json_object_foreach(digests, name, digest) {
		uint64_t iterations = number(digest, "iterations");

		most = iterations > most ? iterations : most;
	}
	return pbkdf2_ms(most, 32);
}

static int
cost_of_luks2(uint64_t *ms, const uint8_t *header, size_t bytes,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *json = luks_header_json(header, bytes);
	json_t *slots = json_object_get(json, "keyslots"), *slot;
	uint64_t for_digest = digest_ms(json_object_get(json, "digests"));
	const char *name;

	if (!json_is_object(slots))
		return error_set(err, 0, "its header lists no slots");
	json_object_foreach(slots, name, slot) {
		/* those of other types hold no key */
		if (strcmp(json_text(slot, "type", ""), "luks2") == 0 &&
			(slot_ms(ms, slot, name, err) == -1 ||
				add_ms(ms, for_digest, name, err) == -1))
			return -1;
	}
	return 0;
}

int
luks_cost(unsigned *seconds_out, const uint8_t *header, size_t bytes,
	struct error *err)
{
	uint64_t ms = 0;
	int status;

	if (luks_header_version(header, bytes) == 1 && bytes >= LUKS1_BYTES)
		status = cost_of_luks1(&ms, header, err);
	else
		status = cost_of_luks2(&ms, header, bytes, err);
	*seconds_out = 1 + (unsigned)(ms / 1000);
	return status;
}
