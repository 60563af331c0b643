/* What disks say about themselves is understood, and nothing else is. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "p2v/health.h"

enum { SECTOR = 512 };

static struct health
unknown(void)
{
	struct health health;

	health_init(&health);
	return health;
}

static void
assert_unknown(const struct health *health)
{
	AUTO(json_decrefpp) json_t *facts = health_facts(health);

	assert_true(json_is_null(facts));
}

static void
put_word(uint8_t *identity, unsigned word, unsigned value)
{
	identity[2 * word] = (uint8_t)value;
	identity[2 * word + 1] = (uint8_t)(value >> 8);
}

static void
smart_is_asked_where_the_disk_says_that_it_is_on(void **state)
{
	uint8_t identity[SECTOR] = {0};

	(void)state;
	put_word(identity, 82, 0x4021);
	put_word(identity, 83, 0x7400);
	put_word(identity, 85, 0x4021);
	assert_true(health_ata_is_enabled(identity, sizeof identity));
	assert_false(health_ata_is_enabled(identity, sizeof identity - 1));
	put_word(identity, 85, 0x4020); /* off */
	assert_false(health_ata_is_enabled(identity, sizeof identity));
	put_word(identity, 85, 0x4021);
	put_word(identity, 83, 0x3400); /* the words mean nothing */
	assert_false(health_ata_is_enabled(identity, sizeof identity));
	put_word(identity, 83, 0xffff); /* nothing answered */
	assert_false(health_ata_is_enabled(identity, sizeof identity));
}

/* id, flags (2), now, worst, raw (6), reserved */
static const uint8_t attributes[][12] = {
	{1, 0x0f, 0, 100, 100, 9, 9, 9, 9, 9, 9, 0},
	{5, 0x33, 0, 98, 98, 0x2c, 0x01, 7, 0, 0, 0, 0},
	{9, 0x32, 0, 50, 50, 0x10, 0xb0, 0, 0xff, 0xff, 0, 0},
	{194, 0x22, 0, 60, 50, 41, 0, 20, 0, 55, 0, 0},
	{190, 0x22, 0, 60, 50, 40, 0, 20, 0, 55, 0, 0},
	{197, 0x12, 0, 100, 100, 8, 0, 0, 0, 0, 0, 0},
	{198, 0x10, 0, 100, 100, 3, 0, 0, 0, 0, 0, 0},
};

static void
make_smart_data(uint8_t data[SECTOR])
{
	uint8_t sum = 0;

	memset(data, 0, SECTOR);
	data[0] = 16;
	memcpy(data + 2, attributes, sizeof attributes);
	for (size_t i = 0; i < SECTOR - 1; i++)
		sum = (uint8_t)(sum + data[i]);
	data[SECTOR - 1] = (uint8_t)-sum;
}

static void
attributes_of_an_ata_disk_are_counted(void **state)
{
	struct health health = unknown();
	uint8_t data[SECTOR];

	(void)state;
	make_smart_data(data);
	health_ata_data(&health, data, sizeof data);
	assert_int_equal(health.reallocated, 300);
	assert_int_equal(health.pending, 8);
	assert_int_equal(health.uncorrectable, 3);
	assert_int_equal(health.power_on_hours, 0xb010);
	assert_int_equal(health.temperature_celsius, 41);
	assert_int_equal(health.percentage_used, -1);
	assert_int_equal(health.verdict, HEALTH_UNKNOWN);
}

static void
data_with_a_wrong_checksum_tells_nothing(void **state)
{
	struct health health = unknown();
	uint8_t data[SECTOR];

	(void)state;
	make_smart_data(data);
	data[7]++;
	health_ata_data(&health, data, sizeof data);
	assert_unknown(&health);
	make_smart_data(data);
	health_ata_data(&health, data, sizeof data - 1);
	assert_unknown(&health);
}

static void
verdict_is_read_from_sense_data_of_both_formats(void **state)
{
	static const struct {
		uint8_t sense[22];
		enum health_verdict verdict;
	} cases[] = {
		{{0x72, 1, 0, 0x1d, 0, 0, 0, 14, 9, 12, 0, 0, 0, 0, 0, 0, 0,
			 0x4f, 0, 0xc2, 0, 0x50}, HEALTH_PASSED},
		{{0x72, 1, 0, 0x1d, 0, 0, 0, 14, 9, 12, 0, 0, 0, 0, 0, 0, 0,
			 0xf4, 0, 0x2c, 0, 0x50}, HEALTH_FAILING},
		{{0x70, 0, 1, 0, 0x50, 0, 0, 10, 0, 0, 0x4f, 0xc2, 0, 0x1d},
			HEALTH_PASSED},
		{{0xf0, 0, 1, 0, 0x50, 0, 0, 10, 0, 0, 0xf4, 0x2c, 0, 0x1d},
			HEALTH_FAILING},
		/* another descriptor; a command that the disk does not know */
		{{0x72, 1, 0, 0x1d, 0, 0, 0, 14, 0, 12, 0, 0, 0, 0, 0, 0, 0,
			 0x4f, 0, 0xc2, 0, 0x50}, HEALTH_UNKNOWN},
		{{0x72, 5, 0x20, 0, 0, 0, 0, 0}, HEALTH_UNKNOWN},
		{{0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20}, HEALTH_UNKNOWN},
		{{0}, HEALTH_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct health health = unknown();

		health_ata_status(&health, cases[i].sense,
			sizeof cases[i].sense);
		assert_int_equal(health.verdict, cases[i].verdict);
	}
}

static void
sense_data_that_is_cut_tells_nothing(void **state)
{
	static const uint8_t sense[22] = {0x72, 1, 0, 0x1d, 0, 0, 0, 14, 9, 12,
		0, 0, 0, 0, 0, 0, 0, 0xf4, 0, 0x2c, 0, 0x50};

	(void)state;
	for (size_t bytes = 0; bytes < sizeof sense; bytes++) {
		AUTO(freep) uint8_t *exact = malloc(bytes + 1);
		struct health health = unknown();

		memcpy(exact, sense, bytes);
		exact = realloc(exact, bytes == 0 ? 1 : bytes);
		health_ata_status(&health, exact, bytes);
		assert_unknown(&health);
	}
}

static void
pages_of_a_scsi_disk_are_understood(void **state)
{
	static const uint8_t fine[] = {0x2f, 0, 0, 8, 0, 0, 3, 4, 0, 0, 38, 65};
	static const uint8_t dying[] = {0x2f, 0, 0, 8, 0, 0, 3, 4, 0x5d, 0x10,
		51, 65};
	static const uint8_t errors[] = {0x03, 0, 0, 20, 0, 3, 2, 4, 0, 0, 0,
		99, 0, 6, 2, 8, 0, 0, 0, 0, 0, 0, 0, 7};
	static const uint8_t scan[] = {0x15, 0, 0, 12, 0, 0, 3, 8, 0, 0x24,
		0x9f, 0, 0, 0, 0, 0};
	static const uint8_t defects[] = {0, 0x0d, 0, 48};
	struct health health = unknown();

	(void)state;
	health_scsi_page(&health, fine, sizeof fine);
	assert_int_equal(health.verdict, HEALTH_PASSED);
	assert_int_equal(health.temperature_celsius, 38);
	health_scsi_page(&health, dying, sizeof dying);
	assert_int_equal(health.verdict, HEALTH_FAILING);
	health_scsi_page(&health, errors, sizeof errors);
	assert_int_equal(health.uncorrectable, 7);
	health_scsi_page(&health, scan, sizeof scan);
	assert_int_equal(health.power_on_hours, 40000);
	health_scsi_defects(&health, defects, sizeof defects);
	assert_int_equal(health.reallocated, 6);
}

static void
pages_that_lie_about_their_length_tell_nothing(void **state)
{
	static const uint8_t liars[][12] = {
		{0x2f, 0, 0xff, 0xff, 0, 0, 3, 200, 0x5d, 0x10, 51, 65},
		{0x2f, 0, 0, 4, 0, 0, 3, 4, 0x5d, 0x10, 51, 65},
		{0x2f, 0, 0, 0, 0, 0, 3, 4, 0x5d, 0x10, 51, 65},
		{0x00, 0, 0, 8, 0, 0, 3, 4, 0x5d, 0x10, 51, 65},
		{0x15, 0, 0, 8, 0, 0, 3, 3, 0, 0x24, 0x9f, 0},
	};
	static const uint8_t primary[] = {0, 0x15, 0, 48}, odd[] = {0, 0x0f, 0, 48};

	(void)state;
	for (size_t i = 0; i < sizeof liars / sizeof liars[0]; i++) {
		struct health health = unknown();

		health_scsi_page(&health, liars[i], sizeof liars[i]);
		health_scsi_defects(&health, primary, sizeof primary);
		health_scsi_defects(&health, odd, sizeof odd);
		assert_unknown(&health);
	}
}

static void
log_of_an_nvme_disk_is_understood(void **state)
{
	struct health health = unknown();
	uint8_t log[SECTOR] = {0, 0x3b, 0x01, 100, 10, 103};

	(void)state;
	log[128] = 0x10;
	log[129] = 0x27;
	log[160] = 2;
	health_nvme_log(&health, log, sizeof log - 1);
	assert_unknown(&health);
	health_nvme_log(&health, log, sizeof log);
	assert_int_equal(health.verdict, HEALTH_PASSED);
	assert_int_equal(health.temperature_celsius, 42);
	assert_int_equal(health.percentage_used, 103);
	assert_int_equal(health.power_on_hours, 10000);
	assert_int_equal(health.uncorrectable, 2);
	log[0] = 2; /* hot */
	health_nvme_log(&health, log, sizeof log);
	assert_int_equal(health.verdict, HEALTH_PASSED);
	log[0] = 8; /* read-only */
	log[143] = 1; /* more hours than there are */
	health_nvme_log(&health, log, sizeof log);
	assert_int_equal(health.verdict, HEALTH_FAILING);
	assert_int_equal(health.power_on_hours, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			smart_is_asked_where_the_disk_says_that_it_is_on),
		cmocka_unit_test(attributes_of_an_ata_disk_are_counted),
		cmocka_unit_test(data_with_a_wrong_checksum_tells_nothing),
		cmocka_unit_test(
			verdict_is_read_from_sense_data_of_both_formats),
		cmocka_unit_test(sense_data_that_is_cut_tells_nothing),
		cmocka_unit_test(pages_of_a_scsi_disk_are_understood),
		cmocka_unit_test(
			pages_that_lie_about_their_length_tell_nothing),
		cmocka_unit_test(log_of_an_nvme_disk_is_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
