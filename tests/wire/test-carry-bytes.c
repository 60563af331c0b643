/* The bytes of a carry set, and what of them is refused. */
#include "wire/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "wire/carry-index.h"

static const uint8_t key[KEY_BYTES] = "0123456789abcdef0123456789abcde";
static const uint8_t salt[SEAL_SALT_BYTES] = "salt";

static struct carry_part
make_part(void)
{
	return (struct carry_part){.encrypted = true, .set = "a set",
		.number = 3, .machine = "web-1"};
}

static struct seal *
make_seal(char what)
{
	struct carry_part part = make_part();
	struct seal *seal;
	struct error err;

	assert_ok(carry_seal(&seal, &part, 1, what, salt, key, &err), &err);
	return seal;
}

static void
a_part_is_what_was_written(void **state)
{
	struct carry_part part = make_part(), again;
	uint8_t bytes[CARRY_PART_BYTES];
	struct error err;

	(void)state;
	assert_ok(carry_part_prove(&part, key, &err), &err);
	carry_part_encode(&part, bytes);
	assert_ok(carry_part_decode(&again, bytes, &err), &err);
	assert_string_equal(again.machine, "web-1");
	assert_int_equal(again.number, 3);
	assert_true(again.encrypted);
	assert_ok(carry_part_check_key(&again, key, &err), &err);
	assert_int_equal(carry_part_check_key(&again, salt, &err), -1);
	assert_int_equal(err.code, EACCES);
}

static void
no_byte_of_a_part_can_be_another(void **state)
{
	struct carry_part part = make_part(), again;
	uint8_t bytes[CARRY_PART_BYTES];
	struct error err;

	(void)state;
	carry_part_encode(&part, bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		bytes[i] ^= 1;
		assert_int_equal(carry_part_decode(&again, bytes, &err), -1);
		bytes[i] ^= 1;
	}
}

static void
a_name_that_is_a_path_is_refused(void **state)
{
	struct carry_part part = make_part(), again;
	uint8_t bytes[CARRY_PART_BYTES];
	struct error err;

	(void)state;
	strcpy(part.machine, "../web-1");
	carry_part_encode(&part, bytes);
	assert_int_equal(carry_part_decode(&again, bytes, &err), -1);
}

static void
an_entry_counts_in_its_place_only(void **state)
{
	struct carry_entry entry = {.type = CARRY_GROUP, .disk = 2, .group = 9,
		.blocks = 4096, .place = {3, 1, 5000, 70000}}, again;
	struct seal *index = make_seal('i'), *data = make_seal('d');
	uint8_t bytes[CARRY_ENTRY_BYTES];
	struct error err;

	(void)state;
	assert_ok(carry_entry_encode(&entry, index, 4, bytes, &err), &err);
	assert_ok(carry_entry_decode(&again, index, 4, bytes, &err), &err);
	assert_memory_equal(&again, &entry, sizeof entry);
	assert_int_equal(carry_entry_decode(&again, index, 5, bytes, &err), -1);
	assert_int_equal(carry_entry_decode(&again, data, 4, bytes, &err), -1);
	seal_free(index);
	seal_free(data);
}

static void
entries_beyond_their_limits_are_refused(void **state)
{
	const struct carry_entry odd[] = {
		{.type = CARRY_END + 1},
		{.type = 0},
		{.type = CARRY_GROUP, .blocks = CARRY_GROUP_BLOCKS + 1},
		{.type = CARRY_GROUP, .place = {1, 1, CARRY_CHUNK_LIMIT, 1}},
		{.type = CARRY_GROUP, .place = {1, 1, UINT32_MAX, 2}},
	};
	struct seal *seal = make_seal('i');
	uint8_t bytes[CARRY_ENTRY_BYTES];
	struct carry_entry again;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		assert_ok(carry_entry_encode(&odd[i], seal, i, bytes, &err),
			&err);
		assert_int_equal(carry_entry_decode(&again, seal, i, bytes,
			&err), -1);
		assert_int_equal(err.code, EBADMSG);
	}
	seal_free(seal);
}

static struct carry_entry
entry_of(enum carry_type type, uint8_t disk, uint32_t group)
{
	return (struct carry_entry){.type = type, .disk = disk, .group = group};
}

static int
add_all(struct carry_index *index, const struct carry_entry *entries,
	size_t count)
{
	struct error err;

	*index = (struct carry_index){0};
	for (size_t i = 0; i < count; i++)
		if (carry_index_add(index, &entries[i], &err) == -1) {
			assert_int_equal(err.code, EBADMSG);
			carry_index_release(index);
			return -1;
		}
	return 0;
}

static void
groups_come_in_order(void **state)
{
	const struct carry_entry good[] = {entry_of(CARRY_PASS, 0, 0),
		entry_of(CARRY_GROUP, 0, 0), entry_of(CARRY_GROUP, 0, 1),
		entry_of(CARRY_GROUP, 1, 0), entry_of(CARRY_DISK, 0, 0),
		entry_of(CARRY_DISK, 1, 0), entry_of(CARRY_END, 2, 0)};
	const struct carry_entry others[][3] = {
		{entry_of(CARRY_PASS, 0, 0), entry_of(CARRY_GROUP, 0, 1)},
		{entry_of(CARRY_PASS, 0, 0), entry_of(CARRY_GROUP, 1, 0)},
		{entry_of(CARRY_PASS, 0, 0), entry_of(CARRY_GROUP, 0, 0),
			entry_of(CARRY_GROUP, 0, 0)},
		{entry_of(CARRY_PASS, 0, 0), entry_of(CARRY_GROUP, 0, 0),
			entry_of(CARRY_GROUP, 2, 0)},
		{entry_of(CARRY_GROUP, 0, 0)},
		{entry_of(CARRY_PASS, 0, 0), entry_of(CARRY_END, 1, 0)},
		{entry_of(CARRY_PASS, 0, 0), entry_of(CARRY_DISK, 1, 0)},
		{entry_of(CARRY_PASS, 0, 0), entry_of(CARRY_DISK, 0, 0),
			entry_of(CARRY_GROUP, 0, 0)},
	};
	struct carry_index index;

	(void)state;
	assert_int_equal(add_all(&index, good, 7), 0);
	assert_true(index.complete);
	carry_index_release(&index);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		size_t count = 1;

		while (count < 3 && others[i][count].type != 0)
			count++;
		assert_int_equal(add_all(&index, others[i], count), -1);
	}
}

static void
another_pass_remembers_what_the_last_one_knew(void **state)
{
	const struct carry_entry entries[] = {entry_of(CARRY_PASS, 0, 0),
		entry_of(CARRY_GROUP, 0, 0), entry_of(CARRY_GROUP, 0, 1),
		entry_of(CARRY_GROUP, 0, 2), entry_of(CARRY_PASS, 0, 0),
		entry_of(CARRY_GROUP, 0, 0), entry_of(CARRY_PASS, 0, 0)};
	struct carry_index index;

	(void)state;
	assert_int_equal(add_all(&index, entries, 7), 0);
	assert_int_equal(index.now.count, 0);
	assert_int_equal(index.before.count, 3);
	assert_int_equal(index.before.groups[2].group, 2);
	carry_index_release(&index);
}

static int
ignore(void *context, uint32_t index, const struct block_record *record,
	struct error *err)
{
	(void)context;
	(void)index;
	(void)record;
	(void)err;
	return 0;
}

/* A payload of zero blocks with bad sectors, by their places in the group. */
static size_t
make_payload(uint8_t *payload, uint32_t number, const uint16_t *places,
	uint16_t count)
{
	struct block_record record = {.codec = CODEC_ZERO, .flags = BLOCK_BAD,
		.bad_map = {1}};
	const struct carry_payload head = {CARRY_BLOCKS, 0, count, number};
	uint8_t *at = payload + CARRY_PAYLOAD_HEAD_BYTES;

	carry_payload_encode(&head, payload);
	for (uint16_t i = 0; i < count; i++) {
		*at++ = (uint8_t)places[i];
		*at++ = (uint8_t)(places[i] >> 8);
		at += block_record_encode(at, &record);
	}
	return (size_t)(at - payload);
}

static int
read_payload(uint64_t disk_bytes, const uint16_t *places, uint16_t count,
	size_t more)
{
	struct carry_group *group = malloc(sizeof *group);
	uint8_t payload[1024];
	struct error err;
	int result;

	assert_non_null(group);
	assert_ok(carry_group_begin(group, disk_bytes, 0, 0, &err), &err);
	result = carry_group_read(group, payload, make_payload(payload, 0,
		places, count) + more, ignore, NULL, &err);
	free(group);
	return result;
}

static void
blocks_of_a_group_come_in_order_and_within_the_disk(void **state)
{
	const uint64_t disk = 10 * BLOCK_BYTES + 512;

	(void)state;
	assert_int_equal(read_payload(disk, (uint16_t[]){0, 3, 10}, 3, 0), 0);
	assert_int_equal(read_payload(disk, (uint16_t[]){3, 0}, 2, 0), -1);
	assert_int_equal(read_payload(disk, (uint16_t[]){3, 3}, 2, 0), -1);
	assert_int_equal(read_payload(disk, (uint16_t[]){11}, 1, 0), -1);
	assert_int_equal(read_payload(disk, (uint16_t[]){1}, 1, 1), -1);
	assert_int_equal(read_payload(disk, (uint16_t[]){4095}, 1, 0), -1);
}

static void
a_frame_tells_no_length_beyond_the_limit(void **state)
{
	uint8_t frame[CARRY_HEAD_BYTES + CARRY_PAYLOAD_HEAD_BYTES] = {0};
	struct seal *seal = make_seal('d');
	uint32_t bytes;
	struct error err;

	(void)state;
	assert_ok(carry_frame_close(frame, CARRY_PAYLOAD_HEAD_BYTES, seal, 100,
		&err), &err);
	assert_ok(carry_frame_length(frame, &bytes, &err), &err);
	assert_int_equal(bytes, CARRY_PAYLOAD_HEAD_BYTES);
	assert_int_equal(carry_frame_open(frame, seal, 101, &err), -1);
	memset(frame + 4, 0xff, 4);
	assert_int_equal(carry_frame_length(frame, &bytes, &err), -1);
	memset(frame + 4, 0, 4);
	assert_int_equal(carry_frame_length(frame, &bytes, &err), -1);
	seal_free(seal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_what_was_written),
		cmocka_unit_test(no_byte_of_a_part_can_be_another),
		cmocka_unit_test(a_name_that_is_a_path_is_refused),
		cmocka_unit_test(an_entry_counts_in_its_place_only),
		cmocka_unit_test(entries_beyond_their_limits_are_refused),
		cmocka_unit_test(groups_come_in_order),
		cmocka_unit_test(another_pass_remembers_what_the_last_one_knew),
		cmocka_unit_test(
			blocks_of_a_group_come_in_order_and_within_the_disk),
		cmocka_unit_test(a_frame_tells_no_length_beyond_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
