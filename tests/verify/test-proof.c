/* From observations to verdicts; and the witness's report, well and badly. */
#include "tests/harness.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/emit/vm.h"
#include "convert/verify/expect.h"
#include "convert/verify/ping.h"
#include "convert/verify/loud.h"
#include "convert/verify/proof.h"
#include "convert/verify/witness.h"

static const char guest_text[] =
	"{\"interfaces\": [{\"name\": \"eth0\", \"mac\": \"52:54:00:12:34:56\","
	" \"addresses\": [\"192.0.2.10/24\"]}], \"swap\": [\"UUID=1\"],"
	" \"mounts\": [{\"target\": \"/\"}, {\"target\": \"/srv\"},"
	" {\"target\": \"/boot\", \"noauto\": true}]}";

static const char good_report[] =
	"unrack-witness begin\r\nkernel 5.10.0\r\nstate running\r\n"
	"link eth0 52:54:00:12:34:56\r\naddress eth0 192.0.2.10/24\r\n"
	"address eth0 fe80::1/64\r\nswap /dev/vda2\r\n"
	"mount /dev/vda1 / ext4\r\nmount /dev/vda3 /srv xfs\r\n"
	"unrack-witness end\r\n";

/* One boot, filled in by each test. */
struct scene {
	struct vm vm;
	struct vm_nic nic;
	struct watch watch;
	struct expectation expectations[2];
	struct pcap_facts packets;
	struct observation seen;
	json_t *facts;
};

static void
open_scene(struct scene *scene, const char *report)
{
	memset(scene, 0, sizeof *scene);
	scene->vm.guest = json_loads(guest_text, 0, NULL);
	assert_non_null(scene->vm.guest);
	scene->vm.nics = &scene->nic;
	scene->vm.nic_count = 1;
	strcpy(scene->nic.name, "eth0");
	strcpy(scene->nic.subnet.guest, "192.0.2.10");
	scene->expectations[0] = (struct expectation){.port = 8080,
		.answered = true};
	scene->packets.from_guest = 3;
	scene->facts = report == NULL ? NULL : witness_parse(report);
	scene->seen = (struct observation){.vm = &scene->vm,
		.watch = &scene->watch, .expectations = scene->expectations,
		.expectation_count = 1, .packets = &scene->packets,
		.facts = scene->facts, .has_witness = true,
		.accelerator = "tcg", .seconds = 60};
	scene->watch.reached[WATCH_LOGIN] = true;
	scene->watch.seconds[WATCH_LOGIN] = 50;
}

static void
check_verdict(struct scene *scene, const char *verdict, const char *word)
{
	struct verify_verdict got;
	AUTO(json_decrefpp) json_t *proof = proof_compose(&scene->seen, &got);

	assert_non_null(proof);
	assert_string_equal(got.verdict, verdict);
	if (strstr(got.reason, word) == NULL)
		fail_msg("\"%s\" does not tell of \"%s\"", got.reason, word);
	assert_string_equal(json_text(proof, "verdict", ""), verdict);
	json_decref(scene->vm.guest);
	json_decref(scene->facts);
}

static void
everything_seen_is_boots(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, good_report);
	check_verdict(&scene, "boots", "tcp:8080 answers");
}

static void
each_thing_amiss_is_a_problem(void **state)
{
	static const struct {
		const char *from, *to, *word;
	} changes[] = {
		{"link eth0", "link ens3", "now called ens3"},
		{"52:54:00:12:34:56", "52:54:00:12:34:57", "no network card"},
		{"192.0.2.10/24", "169.254.1.1/16", "192.0.2.10/24"},
		{"swap /dev", "swop /dev", "0 of 1 swap"},
		{"/srv xfs", "/mnt xfs", "/srv is not mounted"},
		{"swap /dev/vda2", "swap /dev/vda2\nfailed records.service",
			"records.service"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		char report[1024];
		const char *at = strstr(good_report, changes[i].from);
		struct scene scene;

		assert_non_null(at);
		snprintf(report, sizeof report, "%.*s%s%s",
			(int)(at - good_report), good_report, changes[i].to,
			at + strlen(changes[i].from));
		open_scene(&scene, report);
		check_verdict(&scene, "boots-with-problems", changes[i].word);
	}
}

static void
alias_is_an_address_of_its_interface(void **state)
{
	static const char alias[] = "{\"name\": \"eth0:1\", \"mac\": null, "
		"\"addresses\": [\"192.0.2.10/24\"]}";
	static const char absent[] = "{\"name\": \"eth1:1\", "
		"\"addresses\": []}";
	struct scene scene;

	(void)state;
	open_scene(&scene, good_report);
	json_array_append_new(json_object_get(scene.vm.guest, "interfaces"),
		json_loads(alias, 0, NULL));
	check_verdict(&scene, "boots", "tcp:8080");
	open_scene(&scene, good_report);
	json_array_append_new(json_object_get(scene.vm.guest, "interfaces"),
		json_loads(absent, 0, NULL));
	check_verdict(&scene, "boots-with-problems", "eth1:1");
}

/* A bond with a VLAN on it, as a guest's configuration has it. */
static const char bond_text[] =
	"{\"interfaces\": ["
	"{\"name\": \"eth0\", \"mac\": \"52:54:00:00:00:01\", \"kind\": "
	"\"card\", \"master\": \"bond0\", \"addresses\": []},"
	"{\"name\": \"eth1\", \"mac\": \"52:54:00:00:00:02\", \"kind\": "
	"\"card\", \"master\": \"bond0\", \"addresses\": []},"
	"{\"name\": \"bond0\", \"mac\": null, \"kind\": \"bond\", "
	"\"mode\": \"active-backup\", \"addresses\": "
	"[\"192.0.2.10/24\"]},"
	"{\"name\": \"bond0.100\", \"mac\": null, \"kind\": \"vlan\", "
	"\"parent\": \"bond0\", \"dhcp\": true},"
	"{\"name\": \"eth7\", \"mac\": \"52:54:00:00:00:07\", "
	"\"off\": true, \"addresses\": [\"192.0.2.77/24\"]}]}";

static const char bond_report[] =
	"unrack-witness begin\r\nstate running\r\n"
	"link bond0 52:54:00:00:00:01\r\n"
	"link bond0.100 52:54:00:00:00:01\r\n"
	"link eth0 52:54:00:00:00:01\r\ncard eth0\r\n"
	"link eth1 52:54:00:00:00:01\r\ncard eth1\r\n"
	"permanent eth0 52:54:00:00:00:01\r\n"
	"permanent eth1 52:54:00:00:00:02\r\n"
	"address bond0 192.0.2.10/24\r\nmount /dev/vda1 / ext4\r\n"
	"unrack-witness end\r\n";

/* The bond's scene, with `from` replaced in the guest and in its report. */
static void
open_bond(struct scene *scene, const char *from, const char *to)
{
	const char *const texts[] = {bond_text, bond_report};
	char changed[2][2048];

	for (size_t i = 0; i < 2; i++) {
		const char *at = strstr(texts[i], from);

		if (at == NULL)
			snprintf(changed[i], sizeof changed[i], "%s", texts[i]);
		else
			snprintf(changed[i], sizeof changed[i], "%.*s%s%s",
				(int)(at - texts[i]), texts[i], to,
				at + strlen(from));
	}
	open_scene(scene, changed[1]);
	json_decref(scene->vm.guest);
	scene->vm.guest = json_loads(changed[0], 0, NULL);
	assert_non_null(scene->vm.guest);
}

static void
cards_of_a_bond_are_known_by_what_was_burnt_in(void **state)
{
	struct scene scene;

	(void)state;
	open_bond(&scene, "nothing", "");
	check_verdict(&scene, "boots", "but for 1 that need");
	open_bond(&scene, "link eth1 52:54:00:00:00:01\r\ncard eth1\r\n",
		"link ens4 52:54:00:00:00:01\r\ncard ens4\r\n"
		"permanent ens4 52:54:00:00:00:02\r\n");
	check_verdict(&scene, "boots-with-problems", "eth1 is now called ens4");
	open_bond(&scene, "permanent eth1 52:54:00:00:00:02",
		"permanent eth1 52:54:00:00:00:03");
	check_verdict(&scene, "boots-with-problems", "no network card eth1");
	open_bond(&scene, "address bond0 192.0.2.10/24", "address bond0 ::1/8");
	check_verdict(&scene, "boots-with-problems",
		"bond0 does not have its address");
	open_bond(&scene, "link bond0 52:54:00:00:00:01", "link bond1 x");
	check_verdict(&scene, "boots-with-problems", "bond0 is not there");
}

static void
what_needs_a_switch_is_excused_while_isolated(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{"\"active-backup\"", "\"802.3ad\""},
		{"\"active-backup\"", "\"active-backup\", "
			"\"asks_peers\": true"},
		{"\"kind\": \"bond\"", "\"kind\": \"infiniband\""},
		{"\"kind\": \"card\", \"master\"", "\"kind\": \"card\", "
			"\"missing\": true, \"master\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct scene scene;

		open_bond(&scene, changes[i].from, changes[i].to);
		json_array_clear(json_object_get(json_array_get(json_object_get(
			scene.facts, "interfaces"), 0), "addresses"));
		json_array_append_new(json_object_get(scene.facts,
			"failed_units"), json_string("networking.service"));
		check_verdict(&scene, "boots", "but for");
	}
}

static void
only_units_that_wait_for_the_network_are_excused(void **state)
{
	struct scene scene;

	(void)state;
	open_bond(&scene, "state running",
		"state degraded\r\nfailed nginx.service");
	check_verdict(&scene, "boots-with-problems", "nginx.service");
	open_scene(&scene, good_report);
	json_array_append_new(json_object_get(scene.facts, "failed_units"),
		json_string("networking.service"));
	check_verdict(&scene, "boots-with-problems", "networking.service");
}

static void
silent_port_is_a_problem(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, good_report);
	scene.expectations[0].answered = false;
	check_verdict(&scene, "boots-with-problems",
		"nothing answers on tcp:8080 of 192.0.2.10, eth0");
	open_scene(&scene, good_report);
	scene.expectations[0].answered = false;
	scene.packets.from_guest = 0;
	check_verdict(&scene, "boots-with-problems", "no network");
}

static void
an_agent_that_was_added_has_to_answer(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, good_report);
	json_object_set_new(scene.vm.guest, "guest_agent",
		json_string("added"));
	check_verdict(&scene, "boots-with-problems", "guest agent");
	open_scene(&scene, good_report);
	json_object_set_new(scene.vm.guest, "guest_agent",
		json_string("added"));
	scene.seen.agent_answered = true;
	check_verdict(&scene, "boots", "tcp:8080");
	open_scene(&scene, good_report);
	json_object_set_new(scene.vm.guest, "guest_agent",
		json_string("present"));
	check_verdict(&scene, "boots", "tcp:8080");
}

static void
an_agent_is_asked_until_it_answers(void **state)
{
	struct ping ping;
	char text[256];
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ping = (struct ping){.fd = ends[0]};
	ping_try(&ping, 1);
	ping_try(&ping, 2);
	text[recv(ends[1], text, sizeof text - 1, 0)] = '\0';
	assert_string_equal(text, "{\"execute\": \"guest-ping\"}\n");
	ping_try(&ping, 9);
	assert_true(recv(ends[1], text, sizeof text, MSG_DONTWAIT) > 0);
	assert_false(ping.answered);
	assert_int_equal(send(ends[1], "{\"return\": {}}\n", 15, 0), 15);
	ping_try(&ping, 10);
	assert_true(ping.answered);
	close(ends[1]);
	ping.answered = false;
	ping_try(&ping, 20);
	assert_false(ping.answered);
	close(ends[0]);
	ping.fd = -1;
	ping_try(&ping, 30);
}

static void
frames_from_outside_break_the_isolation(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, good_report);
	scene.packets.answers = 1;
	check_verdict(&scene, "boots-with-problems", "isolation is broken");
}

static void
witness_that_stays_silent_is_a_problem(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, NULL);
	check_verdict(&scene, "boots-with-problems", "did not report");
	open_scene(&scene, NULL);
	scene.seen.has_witness = false;
	check_verdict(&scene, "boots", "not checked from inside");
}

static void
each_way_not_to_boot_has_its_reason(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, NULL);
	scene.expectations[0].answered = false;
	scene.watch.reached[WATCH_LOGIN] = false;
	check_verdict(&scene, "does-not-boot", "nothing on the console");
	open_scene(&scene, NULL);
	scene.expectations[0].answered = false;
	scene.watch.reached[WATCH_LOGIN] = false;
	scene.watch.reached[WATCH_KERNEL] = true;
	check_verdict(&scene, "does-not-boot", "stuck after kernel");
	open_scene(&scene, NULL);
	scene.expectations[0].answered = false;
	scene.watch.reached[WATCH_LOGIN] = false;
	scene.watch.failure = "initramfs shell";
	check_verdict(&scene, "does-not-boot", "initramfs shell");
	open_scene(&scene, NULL);
	scene.expectations[0].answered = false;
	scene.watch.reached[WATCH_LOGIN] = false;
	scene.seen.stop_reason = "guest-reset";
	check_verdict(&scene, "does-not-boot", "guest-reset");
}

static void
newest_whole_report_counts(void **state)
{
	AUTO(json_decrefpp) json_t *facts = witness_parse(
		"noise\nunrack-witness begin\nswap /dev/a\nunrack-witness end\n"
		"unrack-witness begin\nswap /dev/b\nunrack-witness end\n"
		"unrack-witness begin\nswap /dev/c\n");

	(void)state;
	assert_non_null(facts);
	assert_int_equal(json_array_size(json_object_get(facts, "swap")), 1);
	assert_string_equal(json_string_value(json_array_get(
		json_object_get(facts, "swap"), 0)), "/dev/b");
}

static void
blanks_in_names_of_mounts_are_read(void **state)
{
	AUTO(json_decrefpp) json_t *facts = witness_parse(
		"unrack-witness begin\n"
		"mount /dev/sda3 /srv/old\\040logs ext4\r\n"
		"mount /dev/sda4 /srv/half\nunrack-witness end\n");
	const json_t *mounts = json_object_get(facts, "mounts");
	const json_t *mount = json_array_get(mounts, 0);

	(void)state;
	assert_int_equal(json_array_size(mounts), 1);
	assert_string_equal(json_text(mount, "device", ""), "/dev/sda3");
	assert_string_equal(json_text(mount, "target", ""), "/srv/old logs");
	assert_string_equal(json_text(mount, "type", ""), "ext4");
}

static void
broken_reports_do_no_harm(void **state)
{
	static const char *const reports[] = {"", "unrack-witness end",
		"unrack-witness begin", "unrack-witness end unrack-witness begin"};
	AUTO(json_decrefpp) json_t *facts = witness_parse(
		"unrack-witness begin\nlink\naddress nobody 1.2.3.4/8\n"
		"mount /dev/a\nfailed \xff\xfe\n\n\nunrack-witness end");

	(void)state;
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		assert_null(witness_parse(reports[i]));
	assert_non_null(facts);
	assert_int_equal(json_array_size(json_object_get(facts, "mounts")), 0);
}

static void
only_kernel_lines_get_the_console(void **state)
{
	AUTO(freep) char *grub = loud_configuration(
		"set timeout=2\nmenuentry 'quiet' {\n"
		"\tlinux\t/boot/vmlinuz root=/dev/sda1 ro  quiet splash=no\n"
		"\tinitrd\t/boot/initrd.img\n}\nlinuxother x", false);
	AUTO(freep) char *entry = loud_configuration(
		"title Fedora\nlinux /vmlinuz\noptions root=UUID=1 rhgb quiet",
		true);

	(void)state;
	assert_string_equal(grub,
		"set timeout=2\nmenuentry 'quiet' {\n"
		"\tlinux\t/boot/vmlinuz root=/dev/sda1 ro splash=no"
		" console=tty0 console=ttyS0,115200\n"
		"\tinitrd\t/boot/initrd.img\n}\nlinuxother x");
	assert_string_equal(entry,
		"title Fedora\nlinux /vmlinuz\n"
		"options root=UUID=1 console=tty0 console=ttyS0,115200");
	assert_null(loud_configuration("set timeout=2\n", false));
}

static void
expectations_are_ports_of_tcp(void **state)
{
	static const char *const good[] = {"tcp:22", "tcp:8080", NULL};
	static const char *const bad[] = {"22", "udp:53", "tcp:0", "tcp:65536",
		"tcp:22x", "tcp:", "tcp:-1", "tcp:+1"};
	struct expectation list[EXPECT_LIMIT];
	struct error err = {0};
	size_t count;

	(void)state;
	assert_ok(expect_parse(list, &count, good, &err), &err);
	assert_int_equal(count, 2);
	assert_int_equal(list[1].port, 8080);
	assert_true(list[0].host_port > 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *const one[] = {bad[i], NULL};

		assert_int_equal(expect_parse(list, &count, one, &err), -1);
		assert_true(err.hint[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_seen_is_boots),
		cmocka_unit_test(each_thing_amiss_is_a_problem),
		cmocka_unit_test(alias_is_an_address_of_its_interface),
		cmocka_unit_test(cards_of_a_bond_are_known_by_what_was_burnt_in),
		cmocka_unit_test(what_needs_a_switch_is_excused_while_isolated),
		cmocka_unit_test(
			only_units_that_wait_for_the_network_are_excused),
		cmocka_unit_test(silent_port_is_a_problem),
		cmocka_unit_test(an_agent_that_was_added_has_to_answer),
		cmocka_unit_test(an_agent_is_asked_until_it_answers),
		cmocka_unit_test(frames_from_outside_break_the_isolation),
		cmocka_unit_test(witness_that_stays_silent_is_a_problem),
		cmocka_unit_test(each_way_not_to_boot_has_its_reason),
		cmocka_unit_test(newest_whole_report_counts),
		cmocka_unit_test(blanks_in_names_of_mounts_are_read),
		cmocka_unit_test(broken_reports_do_no_harm),
		cmocka_unit_test(only_kernel_lines_get_the_console),
		cmocka_unit_test(expectations_are_ports_of_tcp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
