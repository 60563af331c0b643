/* Findings linux.console.moved and os.x-driver, and arguments of the kernel. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/examine.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/console.h"
#include "convert/rewrite/rewriters.h"
#include "tests/rewrite/rewriting.h"

#define MOVED "linux.console.moved"

/* Information is no warning: look for the rule itself. */
static void
check(rewrite_function *rewrite, const struct rewriting *wanted)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *after = NULL;
	const struct rewrite how = {"/a/file", NULL, findings};
	struct error err = {0};

	assert_ok(rewrite(&after, wanted->before, &how, &err), &err);
	if ((wanted->after == NULL) != (after == NULL))
		fail_msg("<%s> became <%s>", wanted->before,
			after == NULL ? "(unchanged)" : after);
	if (after != NULL)
		assert_string_equal(after, wanted->after);
	if (wanted->rule != NULL && !findings_have(findings, wanted->rule))
		fail_msg("no %s for <%s>", wanted->rule, wanted->before);
	if (wanted->rule == NULL)
		assert_int_equal(findings_count(findings, SEVERITY_INFORMATION)
			+ findings_count(findings, SEVERITY_WARNING), 0);
}

#define CHECK(rewrite, table)                                                  \
	for (size_t i_ = 0; i_ < sizeof(table) / sizeof *(table); i_++)        \
	check(rewrite, &(table)[i_])

static void
the_kernels_console_goes_to_the_first_port(void **state)
{
	static const struct rewriting all[] = {
		{"\tlinux /vmlinuz root=UUID=1 ro console=tty0 "
		 "console=ttyS1,115200n8\n",
			"\tlinux /vmlinuz root=UUID=1 ro console=tty0 "
			"console=ttyS0,115200n8\n", MOVED},
		{"GRUB_CMDLINE_LINUX=\"console=hvc0\"\n",
			"GRUB_CMDLINE_LINUX=\"console=ttyS0\"\n", MOVED},
		{"# kopt=root=/dev/sda1 ro console=xvc0\n",
			"# kopt=root=/dev/sda1 ro console=ttyS0\n", MOVED},
		{"append=\"console=ttyS2,9600\"\n",
			"append=\"console=ttyS0,9600\"\n", MOVED},
		{"kernelopts=root=UUID=1 console=ttyS10\n",
			"kernelopts=root=UUID=1 console=ttyS0\n", MOVED},
		/* two of them: one is enough */
		{"linux /v console=ttyS1 console=ttyS2\n",
			"linux /v console=ttyS0 console=ttyS2\n", MOVED},
		/* there already, none, and what is no serial port */
		{"linux /v console=ttyS0,9600 console=ttyS1\n", NULL, NULL},
		{"linux /v root=/dev/sda1 ro quiet\n", NULL, NULL},
		{"linux /v console=tty1 console=ttyUSB0 console=hvc00\n", NULL,
			NULL},
		{"linux /v netconsole=ttyS1 xconsole=ttyS1\n", NULL, NULL},
		{"# a comment: console=ttyS1\n", NULL, NULL},
		{"console=", NULL, NULL},
	};

	(void)state;
	CHECK(console_rewrite_loader, all);
}

static void
loaders_own_serial_line_goes_there_too(void **state)
{
	static const struct rewriting all[] = {
		{"serial --unit=1 --speed=115200\nterminal_input serial\n",
			"serial --unit=0 --speed=115200\n"
			"terminal_input serial\n", MOVED},
		{"GRUB_SERIAL_COMMAND=\"serial --speed=9600 --unit=1\"\n",
			"GRUB_SERIAL_COMMAND=\"serial --speed=9600 --unit=0\"\n",
			MOVED},
		{"serial --port=0x2f8 --speed=9600\n",
			"serial --port=0x3f8 --speed=9600\n", MOVED},
		{"serial 1 115200\n", "serial 0 115200\n", MOVED},
		{"serial 1 --unit=2 --unit=3\n", "serial 0 --unit=0 --unit=0\n",
			MOVED},
		{"serial --unit=0 --speed=9600\n", NULL, NULL},
		{"serial --unit=10\nserialnumber 1\nserial 0\n", NULL, NULL},
		{"serial", NULL, NULL},
	};

	(void)state;
	CHECK(console_rewrite_loader, all);
}

static void
grubs_environment_keeps_its_size(void **state)
{
	static const char start[] = "# GRUB Environment Block\n"
				    "kernelopts=ro console=hvc0\n";
	AUTO(freep) char *after = NULL;
	AUTO(findings_freep) struct findings *findings = findings_new();
	const struct rewrite how = {"/a/file", NULL, findings};
	struct error err = {0};
	char block[1025];

	(void)state;
	memset(block, '#', 1024);
	memcpy(block, start, strlen(start));
	block[1024] = '\0';
	assert_ok(console_rewrite_loader(&after, block, &how, &err), &err);
	assert_non_null(after);
	assert_int_equal(strlen(after), 1024);
	assert_non_null(strstr(after, "console=ttyS0\n####"));
}

static void
arguments_for_the_old_hardware_are_noted(void **state)
{
	static const struct rewriting all[] = {
		{"kernel /vmlinuz ro mem=4G\n", NULL, "linux.kernel.parameters"},
		{"append=\"noapic quiet\"\n", NULL, "linux.kernel.parameters"},
		{"linux /v divider=10\n", NULL, "linux.kernel.parameters"},
		{"linux /v acpi=force memtest=1 pcie_aspm=off\n", NULL, NULL},
	};

	(void)state;
	CHECK(console_rewrite_loader, all);
}

static void
a_login_goes_where_the_console_is(void **state)
{
	static const struct rewriting all[] = {
		{"1:2345:respawn:/sbin/getty 38400 tty1\n"
		 "T1:23:respawn:/sbin/getty -L ttyS1 9600 vt100\n",
			"1:2345:respawn:/sbin/getty 38400 tty1\n"
			"T1:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n", MOVED},
		{"co:2345:respawn:/sbin/agetty xvc0 9600 vt100-nav\n",
			"co:2345:respawn:/sbin/agetty ttyS0 9600 vt100-nav\n",
			MOVED},
		{"respawn\nexec /sbin/getty -L 115200 ttyS1 vt102\n",
			"respawn\nexec /sbin/getty -L 115200 ttyS0 vt102\n",
			MOVED},
		/* one login for one port */
		{"s0:2:respawn:/sbin/getty ttyS0\ns1:2:respawn:/sbin/getty ttyS1\n",
			"s0:2:respawn:/sbin/getty ttyS0\n"
			"#unrack:console# s1:2:respawn:/sbin/getty ttyS1\n",
			MOVED},
		{"s1:2:respawn:/sbin/getty ttyS1\ns2:2:respawn:/sbin/getty ttyS2\n",
			"s1:2:respawn:/sbin/getty ttyS0\n"
			"#unrack:console# s2:2:respawn:/sbin/getty ttyS2\n",
			MOVED},
		/* a fax machine, another program, comments */
		{"S1:23:respawn:/sbin/mgetty -D ttyS1\n", NULL, NULL},
		{"ups:2345:respawn:/usr/sbin/upsd ttyS1\n", NULL, NULL},
		{"#T1:23:respawn:/sbin/getty -L ttyS1 9600 vt100\n", NULL, NULL},
		{"T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n", NULL, NULL},
	};

	(void)state;
	CHECK(console_rewrite_getty, all);
}

static void
root_may_log_in_where_he_might(void **state)
{
	static const struct rewriting all[] = {
		{"console\ntty1\nttyS1\n", "console\ntty1\nttyS0\nttyS1\n", MOVED},
		{"tty1\nhvc0", "tty1\nttyS0\nhvc0", MOVED},
		{"tty1\nttyS0\nttyS1\n", NULL, NULL},
		{"console\ntty1\n", NULL, NULL},
		{"#ttyS1\n", NULL, NULL},
	};

	(void)state;
	CHECK(console_rewrite_securetty, all);
}

static void
x_gets_a_driver_that_fits_and_keeps_the_rest(void **state)
{
	static const struct rewriting all[] = {
		{"Section \"InputDevice\"\n\tDriver \"kbd\"\nEndSection\n"
		 "Section \"Device\"\n\tIdentifier \"Videocard0\"\n"
		 "\tDriver      \"nvidia\"\n\tBusID \"PCI:10:0:0\"\n"
		 "EndSection\n",
			"Section \"InputDevice\"\n\tDriver \"kbd\"\nEndSection\n"
			"Section \"Device\"\n\tIdentifier \"Videocard0\"\n"
			"#unrack:x# \tDriver      \"nvidia\"\n"
			"\tDriver \"vesa\" #unrack:x+\n"
			"#unrack:x# \tBusID \"PCI:10:0:0\"\nEndSection\n",
			"os.x-driver"},
		{"Section \"Device\"\n driver \"MGA\" # old\nEndSection\n",
			"Section \"Device\"\n#unrack:x#  driver \"MGA\" # old\n"
			"\tDriver \"vesa\" #unrack:x+\nEndSection\n",
			"os.x-driver"},
		{"Section \"Device\"\nDriver \"vesa\"\nEndSection\n", NULL, NULL},
		{"Section \"Device\"\n# Driver \"nvidia\"\nEndSection\n", NULL,
			NULL},
		{"Section \"InputDevice\"\nDriver \"via\"\nEndSection\n", NULL,
			NULL},
		{"Section \"Device\"\nDriver mga",
			"Section \"Device\"\n#unrack:x# Driver mga\n"
			"\tDriver \"vesa\" #unrack:x+", "os.x-driver"},
		{"Section \"Device\"\nDriver \"", NULL, NULL},
		{"Section", NULL, NULL},
	};

	(void)state;
	CHECK(xorg_rewrite_vesa, all);
}

/* ---- systemd's units ---- */

#define WANTS "/etc/systemd/system/getty.target.wants/serial-getty@"
#define TEMPLATE "/lib/systemd/system/serial-getty@.service"

static struct changes *
plan_units(const char *const *links, struct findings *findings)
{
	AUTO(files_freep) struct files *files = files_new();
	const struct examination examination = {.files = files,
		.findings = findings};
	struct changes *changes = changes_new();
	struct error err = {0};

	for (; *links != NULL; links++)
		files_add_link(files, *links, TEMPLATE);
	files_settle(files);
	assert_ok(console_plan_units(&examination, changes, &err), &err);
	return changes;
}

static void
a_unit_for_an_absent_port_is_for_the_first(void **state)
{
	static const char *const links[] = {WANTS "ttyS1.service",
		WANTS "ttyS2.service", WANTS "ttyUSB0.service", NULL};
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(changes_freep) struct changes *changes =
		plan_units(links, findings);

	(void)state;
	assert_int_equal(changes->count, 3);
	assert_string_equal(changes->list[0].path, WANTS "ttyS0.service");
	assert_string_equal(changes->list[0].after.target, TEMPLATE);
	assert_string_equal(changes->list[1].path, WANTS "ttyS1.service");
	assert_int_equal(changes->list[1].kind, CHANGE_REMOVED);
	assert_string_equal(changes->list[2].path, WANTS "ttyS2.service");
	assert_int_equal(changes->list[2].kind, CHANGE_REMOVED);
	assert_true(findings_have(findings, MOVED));
}

static void
units_of_the_first_port_stay(void **state)
{
	static const char *const links[] = {WANTS "ttyS0.service",
		WANTS "ttyS1x.service", NULL};
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(changes_freep) struct changes *changes =
		plan_units(links, findings);

	(void)state;
	assert_int_equal(changes->count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_console_goes_to_the_first_port),
		cmocka_unit_test(loaders_own_serial_line_goes_there_too),
		cmocka_unit_test(grubs_environment_keeps_its_size),
		cmocka_unit_test(arguments_for_the_old_hardware_are_noted),
		cmocka_unit_test(a_login_goes_where_the_console_is),
		cmocka_unit_test(root_may_log_in_where_he_might),
		cmocka_unit_test(x_gets_a_driver_that_fits_and_keeps_the_rest),
		cmocka_unit_test(a_unit_for_an_absent_port_is_for_the_first),
		cmocka_unit_test(units_of_the_first_port_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
