/*
 * What OVMF's template becomes, read back by a second reader written here from
 * the format's description; tests/boot/uefi-entries lets the firmware read it.
 */
#include "tests/harness.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "convert/emit/variables.h"
#include "convert/emit/vm.h"

enum { STORE_AT = 0x48, FIRST_AT = 0x64, STORE_BYTES = 8192 };

static void
make_template(uint8_t data[STORE_BYTES])
{
	static const uint8_t guid[16] = {0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94,
		0x9a, 0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92};

	memset(data, 0xff, STORE_BYTES);
	memcpy(data + 40, "_FVH", 4);
	data[48] = STORE_AT;
	data[49] = 0;
	memcpy(data + STORE_AT, guid, sizeof guid);
	data[STORE_AT + 16] = 0;
	data[STORE_AT + 17] = (STORE_BYTES - 1024) >> 8;
	data[STORE_AT + 18] = data[STORE_AT + 19] = 0;
}

/* One HD() entry in base64 that names the GPT partition 01...01 or 02...02. */
static json_t *
entry(const char *id, uint8_t partition, bool has_drive)
{
	static const char table[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
		"opqrstuvwxyz0123456789+/";
	uint8_t option[66] = {1, 0, 0, 0, 56, 0, 'd', 0, 0, 0,
		/* HD() */ 4, has_drive ? 1 : 9, 42};
	char text[sizeof option / 3 * 4 + 1], *at = text;

	memset(option + 10 + 24, partition, 16);
	option[10 + 40] = option[10 + 41] = 2;
	memcpy(option + 52, "\x04\x04\x0a\0\\\0a\0\0\0\x7f\xff\x04\0", 14);
	for (size_t i = 0; i < sizeof option; i += 3) {
		unsigned long bits = (unsigned long)option[i] << 16 |
			option[i + 1] << 8 | option[i + 2];

		for (int shift = 18; shift >= 0; shift -= 6)
			*at++ = table[bits >> shift & 63];
	}
	*at = '\0';
	return json_pack("{ss ss}", "id", id, "data", text);
}

static struct vm_disk disk = {.name = "sda"};

static struct vm
make_vm(json_t *firmware)
{
	return (struct vm){.disks = &disk, .disk_count = 1,
		.inventory = json_pack("{so s[{ss s[{ss}]} {ss s[{ss}]}]}",
			"firmware", firmware, "disks",
			"name", "sda", "partitions", "uuid",
			"01010101-0101-0101-0101-010101010101",
			"name", "sdb", "partitions", "uuid",
			"02020202-0202-0202-0202-020202020202")};
}

/* The variable at *at: its name in ASCII and where its data are; moves on. */
static bool
next_variable(const uint8_t *data, size_t *at, char name[16],
	const uint8_t **value, size_t *bytes)
{
	size_t names;

	if (data[*at] != 0xaa || data[*at + 1] != 0x55)
		return false;
	assert_int_equal(data[*at + 2], 0x3f);
	names = data[*at + 36];
	for (size_t i = 0; i < names / 2; i++)
		name[i] = (char)data[*at + 60 + 2 * i];
	*bytes = data[*at + 40];
	*value = data + *at + 60 + names;
	*at += (60 + names + *bytes + 3) / 4 * 4;
	return true;
}

static void
entries_of_the_vms_partitions_keep_number_and_order(void **state)
{
	json_t *firmware = json_pack("{s[ssssss] s[ooo]}", "boot_order", "0003",
		"001A", "0002", "0003", "x", "0009", "boot_entries",
		entry("001A", 1, true), entry("0002", 2, true),
		entry("0003", 1, true));
	struct vm vm = make_vm(firmware);
	uint8_t data[STORE_BYTES];
	size_t at = FIRST_AT, bytes;
	const uint8_t *value;
	struct error err = {0};
	char name[16];

	(void)state;
	make_template(data);
	assert_ok(variables_fill(data, sizeof data, &vm, &err), &err);
	assert_true(next_variable(data, &at, name, &value, &bytes));
	assert_string_equal(name, "Boot0003");
	assert_int_equal(bytes, 66);
	assert_true(next_variable(data, &at, name, &value, &bytes));
	assert_string_equal(name, "Boot001A");
	assert_true(next_variable(data, &at, name, &value, &bytes));
	assert_string_equal(name, "BootOrder");
	assert_int_equal(bytes, 4);
	assert_memory_equal(value, "\x03\0\x1a\0", 4);
	assert_false(next_variable(data, &at, name, &value, &bytes));
	json_decref(vm.inventory);
}

static void
what_the_template_holds_stays(void **state)
{
	struct vm vm = make_vm(json_pack("{s[s] s[o]}", "boot_order", "0000",
		"boot_entries", entry("0000", 1, true)));
	uint8_t data[STORE_BYTES], once[STORE_BYTES];
	size_t at = FIRST_AT, bytes;
	const uint8_t *value;
	struct error err = {0};
	char name[16];

	(void)state;
	make_template(data);
	assert_ok(variables_fill(data, sizeof data, &vm, &err), &err);
	memcpy(once, data, sizeof once);
	assert_ok(variables_fill(data, sizeof data, &vm, &err), &err);
	for (int i = 0; i < 2; i++)
		assert_true(next_variable(data, &at, name, &value, &bytes));
	assert_memory_equal(data, once, at);
	assert_true(next_variable(data, &at, name, &value, &bytes));
	json_decref(vm.inventory);
}

static void
without_entries_that_hold_nothing_is_written(void **state)
{
	json_t *cases[] = {json_object(),
		json_pack("{s[s] s[o]}", "boot_order", "0000", "boot_entries",
			entry("0000", 1, false)),
		json_pack("{s[s] s[{ss ss}]}", "boot_order", "0000",
			"boot_entries", "id", "0000", "data", "!not base64"),
		json_pack("{s[i] si}", "boot_order", 7, "boot_entries", 7)};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vm vm = make_vm(cases[i]);
		uint8_t data[STORE_BYTES], before[STORE_BYTES];
		struct error err = {0};

		make_template(data);
		make_template(before);
		assert_ok(variables_fill(data, sizeof data, &vm, &err), &err);
		assert_memory_equal(data, before, sizeof data);
		json_decref(vm.inventory);
	}
}

static void
a_template_of_another_form_is_refused(void **state)
{
	struct vm vm = make_vm(json_object());
	uint8_t data[STORE_BYTES];
	struct error err = {0};

	(void)state;
	make_template(data);
	assert_int_equal(variables_fill(data, 16, &vm, &err), -1);
	data[41] = 'x';
	assert_int_equal(variables_fill(data, sizeof data, &vm, &err), -1);
	make_template(data);
	data[STORE_AT] ^= 1;
	assert_int_equal(variables_fill(data, sizeof data, &vm, &err), -1);
	make_template(data);
	data[STORE_AT + 17] = STORE_BYTES >> 8;
	assert_int_equal(variables_fill(data, sizeof data, &vm, &err), -1);
	json_decref(vm.inventory);
}

static void
a_full_store_is_told(void **state)
{
	struct vm vm = make_vm(json_pack("{s[s] s[o]}", "boot_order", "0000",
		"boot_entries", entry("0000", 1, true)));
	uint8_t data[STORE_BYTES];
	struct error err = {0};

	(void)state;
	make_template(data);
	data[STORE_AT + 17] = 0;
	data[STORE_AT + 16] = 28 + 200;
	assert_int_equal(variables_fill(data, sizeof data, &vm, &err), -1);
	assert_int_equal(err.code, ENOSPC);
	json_decref(vm.inventory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			entries_of_the_vms_partitions_keep_number_and_order),
		cmocka_unit_test(what_the_template_holds_stays),
		cmocka_unit_test(without_entries_that_hold_nothing_is_written),
		cmocka_unit_test(a_template_of_another_form_is_refused),
		cmocka_unit_test(a_full_store_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
