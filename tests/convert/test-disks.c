#include "convert/serve/disks.h"

#include <errno.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/state/machine.h"
#include "tests/harness.h"

static void
offered_disks_come_in_order(void **state)
{
	AUTO(json_decrefpp) json_t *json = json_loads(
		"{\"disks\":[{\"name\":\"sr0\",\"size_bytes\":2048,\"offered\":false},"
		"{\"name\":\"sdb\",\"size_bytes\":1024,\"offered\":true},"
		"{\"name\":\"cciss/c0d0\",\"size_bytes\":512,\"offered\":true}]}",
		0, NULL);
	struct machine_disk *disks;
	struct error err;
	size_t count;

	(void)state;
	assert_ok(disks_from_inventory(&disks, &count, json, &err), &err);
	assert_int_equal(count, 2);
	assert_string_equal(disks[0].name, "sdb");
	assert_int_equal(disks[0].size_bytes, 1024);
	assert_null(disks[0].image);
	assert_string_equal(disks[0].image_format, "raw");
	assert_string_equal(disks[1].name, "cciss!c0d0");
	machine_disks_free(disks, count);
}

static void
hostile_inventories_are_refused(void **state)
{
	static const char *const disks[] = {
		"{\"name\":\"../../etc\",\"size_bytes\":512,\"offered\":true}",
		"{\"name\":\"-sda\",\"size_bytes\":512,\"offered\":true}",
		"{\"name\":\"sda b\",\"size_bytes\":512,\"offered\":true}",
		"{\"name\":\"SDA\",\"size_bytes\":512,\"offered\":true}",
		"{\"name\":\"\",\"size_bytes\":512,\"offered\":true}",
		"{\"name\":7,\"size_bytes\":512,\"offered\":true}",
		"{\"size_bytes\":512,\"offered\":true}",
		"{\"name\":\"sda0123456789012345678901234567890123456789012345"
		"6789012345678901234\",\"size_bytes\":512,\"offered\":true}",
		"{\"name\":\"sda\",\"size_bytes\":0,\"offered\":true}",
		"{\"name\":\"sda\",\"size_bytes\":-512,\"offered\":true}",
		"{\"name\":\"sda\",\"size_bytes\":513,\"offered\":true}",
		"{\"name\":\"sda\",\"size_bytes\":9223372036854775296,"
		"\"offered\":true}",
		"{\"name\":\"sda\",\"size_bytes\":\"512\",\"offered\":true}",
		"{\"name\":\"sda\",\"size_bytes\":512,\"offered\":true},"
		"{\"name\":\"sda\",\"size_bytes\":512,\"offered\":true}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) {
		AUTO(json_decrefpp) json_t *json = json_object();
		struct machine_disk *found;
		struct error err;
		char text[600];
		size_t count;

		snprintf(text, sizeof text, "[%s]", disks[i]);
		json_object_set_new(json, "disks", json_loads(text, 0, NULL));
		if (disks_from_inventory(&found, &count, json, &err) != -1 ||
			err.code != EBADMSG)
			fail_msg("accepted: %s", disks[i]);
	}
}

static void
nothing_offered_has_a_hint(void **state)
{
	static const char *const texts[] = {"{}", "{\"disks\":[]}",
		"{\"disks\":{}}", "{\"disks\":[1,null,{}]}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		AUTO(json_decrefpp) json_t *json = json_loads(texts[i], 0, NULL);
		struct machine_disk *disks;
		struct error err;
		size_t count;

		assert_int_equal(disks_from_inventory(&disks, &count, json,
			&err), -1);
		assert_int_equal(err.code, ENODEV);
		assert_string_not_equal(err.hint, "");
	}
}

static void
more_disks_than_a_frame_counts_are_refused(void **state)
{
	AUTO(json_decrefpp) json_t *json = json_object();
	json_t *array = json_array();
	struct machine_disk *disks;
	struct error err;
	char name[16];
	size_t count;

	(void)state;
	for (int i = 0; i <= DISKS_LIMIT; i++) {
		snprintf(name, sizeof name, "sd%d", i);
		json_array_append_new(array, json_pack("{s:s, s:i, s:b}",
			"name", name, "size_bytes", 512, "offered", 1));
	}
	json_object_set_new(json, "disks", array);
	assert_int_equal(disks_from_inventory(&disks, &count, json, &err), -1);
	assert_int_equal(err.code, EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offered_disks_come_in_order),
		cmocka_unit_test(hostile_inventories_are_refused),
		cmocka_unit_test(nothing_offered_has_a_hint),
		cmocka_unit_test(more_disks_than_a_frame_counts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
