/*
 * Passphrases are tried on volumes whose headers make that cheap.  The
 * functions below take the appliance's place.
 */
#include "tests/harness.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/luks-cost.h"
#include "convert/assess/luks-header.h"
#include "convert/assess/luks-keys.h"
#include "convert/assess/unlock.h"
#include "convert/assess/volume.h"

#define UUID "b9f28a3e-1f9d-4b70-9a2d-0d2b4a5c6d7e"

enum { SECOND_AT = 0x8000, DEVICE_BYTES = 2 * SECOND_AT };

static uint8_t device[DEVICE_BYTES];
static unsigned tries;

int __wrap_guestfs_cryptsetup_open(guestfs_h *g, const char *path,
	const char *key, const char *name, ...);
char *__wrap_guestfs_pread_device(guestfs_h *g, const char *path, int bytes,
	int64_t offset, size_t *bytes_out);

int
__wrap_guestfs_cryptsetup_open(guestfs_h *g, const char *path, const char *key,
	const char *name, ...)
{
	(void)g;
	(void)path;
	(void)key;
	(void)name;
	tries++;
	return -1;
}

char *
__wrap_guestfs_pread_device(guestfs_h *g, const char *path, int bytes,
	int64_t offset, size_t *bytes_out)
{
	size_t left = offset < DEVICE_BYTES ? (size_t)(DEVICE_BYTES - offset) : 0;
	char *data = malloc((size_t)bytes);

	(void)g;
	(void)path;
	assert_non_null(data);
	*bytes_out = left < (size_t)bytes ? left : (size_t)bytes;
	memcpy(data, device + DEVICE_BYTES - left, *bytes_out);
	return data;
}

/* ---- headers ---- */

static void
put_big32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void
put_luks1(uint32_t key_bytes, uint32_t digest, uint32_t first, uint32_t second)
{
	memset(device, 0, sizeof device);
	memcpy(device, "LUKS\xba\xbe\0\1", 8);
	put_big32(device + 108, key_bytes);
	put_big32(device + 164, digest);
	for (unsigned i = 0; i < 8; i++) {
		put_big32(device + 208 + 48 * i, i < 2 ? 0xac71f3 : 0xdead);
		put_big32(device + 212 + 48 * i, i == 0 ? first
			: i == 1 ? second : UINT32_MAX);
	}
}

static void
put_luks2(size_t at, const char *json)
{
	memcpy(device + at, at == 0 ? "LUKS\xba\xbe\0\2" : "SKUL\xba\xbe\0\2", 8);
	memset(device + at + 8, 0, 0x4000 - 8);
	put_big32(device + at + 12, 0x4000);
	memcpy(device + at + 4096, json, strlen(json) + 1);
}

#define SLOT(number, kdf)                                                      \
	"\"" number "\": {\"type\": \"luks2\", \"key_size\": 64, \"area\": "    \
	"{\"key_size\": 64}, \"kdf\": {" kdf "}}"
#define ARGON(time, memory, cpus)                                              \
	"\"type\": \"argon2id\", \"time\": " time ", \"memory\": " memory       \
	", \"cpus\": " cpus
#define PBKDF2(iterations)                                                     \
	"\"type\": \"pbkdf2\", \"hash\": \"sha256\", \"iterations\": " iterations
#define LUKS2(slots, iterations)                                               \
	"{\"keyslots\": {" slots "}, \"digests\": {\"0\": {\"type\": "          \
	"\"pbkdf2\", \"iterations\": " iterations "}}}"
#define USUAL ARGON("5", "1048576", "4")

static const char usual[] = LUKS2(SLOT("0", USUAL) "," SLOT("1", USUAL),
	"200000");

/* ---- what is tried ---- */

static struct luks_keys *keys;

static int
make_keys(void **state)
{
	char path[] = "/tmp/unrack-test-XXXXXX";
	struct error err = {0};
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_ok(io_write_file(path, "one", 3, 0600, &err), &err);
	assert_ok(luks_keys_read(&keys, path, &err), &err);
	return unlink(path);
}

static int
free_keys(void **state)
{
	(void)state;
	luks_keys_free(keys);
	return 0;
}

/* Returns the finding's evidence, which the caller owns; NULL: none. */
static char *
unlock(size_t count)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	struct volume *list = calloc(count, sizeof *list);
	struct volumes volumes = {list, count};
	struct error err = {0};
	const json_t *first;

	assert_non_null(list);
	for (size_t i = 0; i < count; i++)
		list[i] = (struct volume){.device = "/dev/sda2",
			.source = "sda2", .type = "crypto_LUKS", .uuid = UUID};
	tries = 0;
	assert_ok(unlock_all(&volumes, NULL, keys, findings, &err), &err);
	free(list);
	json = findings_to_json(findings, "a", false);
	first = json_array_get(json_object_get(json, "findings"), 0);
	if (first == NULL)
		return NULL;
	assert_string_equal(json_text(first, "rule", ""), "storage.luks-cost");
	first = json_array_get(json_object_get(first, "evidence"), 0);
	assert_string_equal(json_text(first, "where", ""), "sda2");
	return strdup(json_text(first, "what", ""));
}

static void
check_tried(const char *what)
{
	AUTO(freep) char *evidence = unlock(1);

	if (evidence != NULL || tries != 1)
		fail_msg("%s: %s", what, evidence);
}

/* `wanted` is of what is said. */
static void
check_refused(const char *what, const char *wanted)
{
	AUTO(freep) char *evidence = unlock(1);

	if (tries > 0 || evidence == NULL || strstr(evidence, wanted) == NULL)
		fail_msg("%s: %s", what, evidence);
}

static void
what_cryptsetup_makes_is_tried(void **state)
{
	static const char *const headers[] = {usual,
		LUKS2(SLOT("0", PBKDF2("12000000")), "1000000"),
		LUKS2(SLOT("0", ARGON("20", "1048576", "4")), "1000"),
		LUKS2(SLOT("0", USUAL) ", \"1\": {\"type\": \"reencrypt\"}",
			"1000")};

	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		memset(device, 0, sizeof device);
		put_luks2(0, headers[i]);
		check_tried(headers[i]);
	}
	put_luks1(64, 500000, 8000000, 8000000);
	check_tried("LUKS1");
	/* a first copy that is lost */
	memset(device, 0, sizeof device);
	put_luks2(SECOND_AT, usual);
	check_tried("second");
}

static void
headers_that_ask_for_hours_are_refused(void **state)
{
	static const struct {
		const char *json, *said;
	} cases[] = {
		{LUKS2(SLOT("7", PBKDF2("4294967295")), "1"), "slot 7"},
		{LUKS2(SLOT("0", PBKDF2("99999999999")), "1"), "slot 0"},
		{LUKS2(SLOT("0", PBKDF2("-1")), "1"), "slot 0"},
		{LUKS2(SLOT("0", PBKDF2("\"1\"")), "1"), "slot 0"},
		{LUKS2(SLOT("0", PBKDF2("1")), "4294967295"), "slot 0"},
		{LUKS2(SLOT("3", ARGON("1000000", "1048576", "4")), "1"),
			"slot 3"},
		{LUKS2(SLOT("0", ARGON("4", "4194304", "4")), "1"),
			"4096 MiB"},
		{LUKS2(SLOT("0", ARGON("4", "8192", "99999")), "1"), "threads"},
		{LUKS2(SLOT("0", "\"type\": \"new\""), "1"), "slot 0"},
		{LUKS2("\"0\": {\"type\": \"luks2\", \"area\": {\"key_size\": "
			"99999}}", "1"), "99999 bytes"},
		{"{\"keyslots\": {", "no slots"},
		{"[]", "no slots"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memset(device, 0, sizeof device);
		put_luks2(0, cases[i].json);
		check_refused(cases[i].json, cases[i].said);
	}
	put_luks1(64, 1000, 1000, UINT32_MAX);
	check_refused("a slot of LUKS1", "slot 1");
	put_luks1(64, UINT32_MAX, 1000, 1000);
	check_refused("the digest of LUKS1", "slot 0");
	put_luks1(UINT32_MAX, 1000, 1000, 1000);
	check_refused("the key of LUKS1", "4294967295 bytes");
	memset(device, 0, sizeof device);
	check_refused("none", "no header");
}

/* cryptsetup takes the copy that is newer. */
static void
so_are_second_copies(void **state)
{
	(void)state;
	memset(device, 0, sizeof device);
	put_luks2(0, usual);
	put_luks2(SECOND_AT, LUKS2(SLOT("2", PBKDF2("4294967295")), "1"));
	check_refused("the second copy", "slot 2");
}

/* Each is cheap enough, or seems so. */
static void
many_slots_and_volumes_add_up(void **state)
{
	AUTO(freep) char *json = malloc(0x3000);
	AUTO(freep) char *evidence = NULL;
	size_t used = (size_t)sprintf(json, "{\"keyslots\": {");

	(void)state;
	for (int i = 0; i < 32; i++)
		used += (size_t)sprintf(json + used, "%s\"%d\": {\"type\": "
			"\"luks2\", \"area\": {\"key_size\": 64}, \"kdf\": {"
			USUAL "}}", i == 0 ? "" : ",", i);
	sprintf(json + used, "}}");
	memset(device, 0, sizeof device);
	put_luks2(0, json);
	check_refused("32 slots", "slot 23");
	put_luks2(0, usual);
	evidence = unlock(1000);
	assert_non_null(evidence);
	assert_in_range(tries, 100, 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cryptsetup_makes_is_tried),
		cmocka_unit_test(headers_that_ask_for_hours_are_refused),
		cmocka_unit_test(so_are_second_copies),
		cmocka_unit_test(many_slots_and_volumes_add_up),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
