#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/lilo-config.h"

static struct lilo_config *
read_text(const char *text)
{
	struct lilo_config *config = NULL;
	struct error err = {0};

	assert_ok(lilo_config_read(&config, text, &err), &err);
	return config;
}

/* As Debian's liloconfig and an administrator left it. */
static const char debian[] =
	"# Automatically added by lilo postinst script\n"
	"large-memory\n"
	"lba32\n"
	"boot=/dev/sda   # the disk\n"
	"root=/dev/sda5\n"
	"map=/boot/map\n"
	"delay=20\n"
	"vga=normal\n"
	"append=\"panic=60 mem=\\\"2G\\\"\"\n"
	"default=Linux\n"
	"\n"
	"image=/boot/vmlinuz-2.4.27\n"
	"\tlabel=Old\n"
	"\tread-only\n"
	"\toptional\n"
	"\n"
	"image=/vmlinuz\n"
	"\tlabel=Linux\n"
	"\tinitrd = /initrd.img\n"
	"\tread-write\n"
	"\troot=\"UUID=1-2\"\n"
	"\taddappend=\"quiet\"\n"
	"other=/dev/hda1\n"
	"\tlabel=Windows\n"
	"\ttable=/dev/hda\n";

static void
what_is_said_for_all_goes_into_each(void **state)
{
	AUTO(freep) struct lilo_config *config = read_text(debian);
	const struct lilo_image *image = config->images;

	(void)state;
	assert_int_equal(config->count, 3);
	assert_string_equal(config->boot, "/dev/sda");
	assert_int_equal(config->timeout_seconds, 2);
	assert_string_equal(image[0].root, "/dev/sda5");
	assert_string_equal(image[0].arguments, "panic=60 mem=\"2G\"");
	assert_true(image[0].read_only && image[0].is_optional);
	assert_string_equal(image[0].initrd, "");
	assert_string_equal(image[1].root, "UUID=1-2");
	assert_string_equal(image[1].initrd, "/initrd.img");
	assert_string_equal(image[1].arguments, "panic=60 mem=\"2G\" quiet");
	assert_true(image[1].read_write && !image[1].read_only);
	assert_true(image[2].is_other);
	assert_string_equal(image[2].path, "/dev/hda1");
	assert_string_equal(lilo_config_default(config)->label, "Linux");
}

static const struct {
	const char *text, *label; /* of the default; NULL: none */
} defaults[] = {
	{"", NULL},
	{"default=x\n", NULL},
	{"image=/boot/vmlinuz\n", "vmlinuz"},
	{"image=/a\nlabel=one\nimage=/b\nlabel=two\n", "one"},
	{"default=two\nimage=/a\nlabel=one\nimage=/b\nlabel=two\n", "two"},
	{"default=none\nimage=/a\nlabel=one\nimage=/b\nlabel=two\n", "one"},
	{"default=2nd\nimage=/a\nlabel=one\nimage=/b\nlabel=two alias=2nd\n",
		"two"},
	{"default = \"a b\"\nimage=/a\nlabel=one\nimage=/b\nlabel=\"a b\"\n",
		"a b"},
	{"#default=two\nimage=/a label=one image=/b label=two\n", "one"},
	{"DEFAULT=b\nIMAGE=/a\nIMAGE=/b\n", "b"},
};

static void
the_default_is_named_or_the_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
		AUTO(freep) struct lilo_config *config =
			read_text(defaults[i].text);
		const struct lilo_image *image = lilo_config_default(config);

		if (defaults[i].label == NULL)
			assert_null(image);
		else
			assert_string_equal(image->label, defaults[i].label);
	}
}

static void
what_is_broken_or_too_much_is_cut(void **state)
{
	static const char *const texts[] = {"image=\"/a", "image=", "=", "\"",
		"image=/a\\", "image=/a\nappend=\"x\\", "label", "= = = image=/a"};
	char many[64 * 16] = "", *at = many;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		AUTO(freep) struct lilo_config *config = read_text(texts[i]);

		assert_true(config->count <= 1);
	}
	for (int i = 0; i < 64; i++)
		at = stpcpy(at, "image=/a\n");
	AUTO(freep) struct lilo_config *config = read_text(many);
	assert_int_equal(config->count, LILO_IMAGES);
}

static void
a_password_is_noticed(void **state)
{
	AUTO(freep) struct lilo_config *with =
		read_text("image=/a\nrestricted\npassword=x\n");
	AUTO(freep) struct lilo_config *without = read_text(debian);

	(void)state;
	assert_true(with->asks_password);
	assert_false(without->asks_password);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_for_all_goes_into_each),
		cmocka_unit_test(the_default_is_named_or_the_first),
		cmocka_unit_test(what_is_broken_or_too_much_is_cut),
		cmocka_unit_test(a_password_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
