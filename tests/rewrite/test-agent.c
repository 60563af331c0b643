/*
 * Which packages of qemu-guest-agent are chosen for a guest: packages that
 * dpkg-deb makes, and small trees as guests.
 */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/rewrite/agent.h"
#include "convert/rewrite/change-list.h"
#include "drivers-inject/guest.h"
#include "tests/drivers-inject/scratch.h"

/* deb NAME VERSION ARCHITECTURE FILE STRINGS: a package with one program. */
#define DEB "deb() { rm -rf p; mkdir -p p/DEBIAN \"p$(dirname \"$4\")\"; " \
	"printf 'Package: %s\\nVersion: %s\\nArchitecture: %s\\n" \
	"Maintainer: x <x@y>\\nDescription: x\\n' \"$1\" \"$2\" \"$3\" " \
	">p/DEBIAN/control; printf '#!/bin/sh\\ntouch /ran\\n' " \
	">p/DEBIAN/postinst; chmod 755 p/DEBIAN/postinst; " \
	"printf \"\\177ELF\\\\0$5\\\\0\" >\"p$4\"; chmod 755 \"p$4\"; " \
	"dpkg-deb -b p \"packages/$1_$2_$3.deb\" >/dev/null; }; " \
	"mkdir -p packages; "

#define GUEST "mkdir -p guest/usr/lib guest/var/lib/dpkg guest/usr/sbin; " \
	"printf 'Package: base\\nStatus: install ok installed\\n' " \
	">guest/var/lib/dpkg/status; printf " \
	"'\\177ELF\\0GLIBC_2.31\\0GLIBC_2.4\\0' >guest/usr/lib/libc.so.6; "

#define AGENT "/usr/sbin/qemu-ga"

struct plan {
	struct agent agent;
	struct guest *guest;
	struct findings *findings;
	struct changes *changes;
};

/* A guest as few are. */
struct oddity {
	struct scratch_room rooms[2]; /* none: what the folder of the test has */
	const char *mounted; /* by itself; NULL: all is in "/" */
	uint64_t images_grow_bytes;
};

#define PLENTY {"/", {1 << 30, 1 << 30, 100}}

static void
plan_open_odd(struct plan *plan, const struct scratch *scratch,
	const struct oddity *odd)
{
	AUTO(freep) char *root = io_format("%s/guest", scratch->path);
	AUTO(freep) char *folder = io_format("%s/packages", scratch->path);
	struct guest_files files;
	struct error err = {0};

	*plan = (struct plan){.guest = guest_new(),
		.findings = findings_new(), .changes = changes_new()};
	strcpy(plan->guest->arch, "x86_64");
	strcpy(plan->guest->distro, "debian");
	strcpy(plan->guest->version, "11.11");
	plan->guest->images_grow_bytes = odd->images_grow_bytes;
	if (odd->mounted != NULL)
		strcpy(plan->guest->mounts[plan->guest->mount_count++].target,
			odd->mounted);
	assert_ok(guest_folder_open(&files, root, &err), &err);
	if (odd->rooms[0].below != NULL)
		scratch_say_room(&files, odd->rooms, 2);
	assert_ok(agent_plan(&plan->agent, plan->guest, &files, folder,
			  plan->changes, plan->findings, &err),
		&err);
	assert_ok(agent_install(&plan->agent, &files, plan->changes, &err),
		&err);
	guest_folder_close(&files);
}

static void
plan_open(struct plan *plan, const struct scratch *scratch)
{
	plan_open_odd(plan, scratch, &(struct oddity){.mounted = NULL});
}

static void
plan_close(struct plan *plan)
{
	agent_release(&plan->agent);
	guest_free(plan->guest);
	findings_free(plan->findings);
	changes_free(plan->changes);
}

static bool
is_added(const struct plan *plan)
{
	bool is_reported = findings_have(plan->findings,
		"operations.guest-agent-added");

	assert_int_equal(is_reported, plan->agent.count > 0);
	assert_int_equal(is_reported, changes_have_created(plan->changes));
	assert_int_equal(is_reported, !findings_have(plan->findings,
		"operations.guest-agent-not-added"));
	assert_int_equal(is_reported, plan->guest->agent != NULL);
	return is_reported;
}

static void
the_package_of_the_release_and_machine_is_chosen(void **state)
{
	struct plan plan;

	scratch_shell(*state, DEB GUEST
		"deb qemu-guest-agent 1:5.2+deb11u3 amd64 " AGENT
		" 'libc.so.6\\0GLIBC_2.31'\n"
		"deb qemu-guest-agent 1:5.2+deb11u2 amd64 " AGENT
		" 'libc.so.6\\0GLIBC_2.31'\n"
		"deb qemu-guest-agent 1:7.2+deb12u1 amd64 " AGENT
		" 'libc.so.6\\0GLIBC_2.31'\n"
		"deb qemu-guest-agent 1:5.2+deb11u4 i386 " AGENT
		" 'libc.so.6\\0GLIBC_2.31'\n"
		"deb another 9 amd64 /usr/sbin/x libc.so.6\n"
		"echo no >packages/qemu-guest-agent_9_amd64.deb\n");
	plan_open(&plan, *state);
	assert_true(is_added(&plan));
	assert_int_equal(plan.agent.count, 1);
	assert_string_equal(plan.agent.packages[0]->version, "1:5.2+deb11u3");
	assert_string_equal(plan.agent.packages[0]->files[0].path, AGENT);
	assert_int_equal(plan.agent.packages[0]->files[0].mode, 0755);
	plan_close(&plan);
}

static void
a_newer_c_library_than_the_guests_rules_out(void **state)
{
	struct plan plan;

	scratch_shell(*state, DEB GUEST
		"deb qemu-guest-agent 1:7+deb12u1 amd64 " AGENT
		" 'libc.so.6\\0GLIBC_2.34'\n"
		"deb qemu-guest-agent 1:6 amd64 " AGENT
		" 'libc.so.6\\0GLIBC_2.3'\n");
	plan_open(&plan, *state);
	assert_false(is_added(&plan));
	plan_close(&plan);
}

static void
a_library_that_lacks_comes_from_the_folder(void **state)
{
	struct plan plan;

	scratch_shell(*state, DEB GUEST
		"deb qemu-guest-agent 1:5 amd64 " AGENT
		" 'libc.so.6\\0liburing.so.2\\0GLIBC_2.31'\n");
	plan_open(&plan, *state);
	assert_false(is_added(&plan));
	plan_close(&plan);
	scratch_shell(*state, DEB
		"deb liburing2 2 amd64 /usr/lib/liburing.so.2 GLIBC_2.4\n");
	plan_open(&plan, *state);
	assert_true(is_added(&plan));
	assert_int_equal(plan.agent.count, 2);
	assert_string_equal(plan.agent.packages[1]->name, "liburing2");
	plan_close(&plan);
	scratch_shell(*state, "touch guest/usr/lib/liburing.so.2");
	plan_open(&plan, *state);
	assert_int_equal(plan.agent.count, 1);
	plan_close(&plan);
}

static void
dpkg_is_told(void **state)
{
	const char *path, *text, *status = NULL, *list = NULL;
	struct plan plan;

	scratch_shell(*state, DEB GUEST
		"deb qemu-guest-agent 1:5 amd64 " AGENT " libc.so.6\n");
	plan_open(&plan, *state);
	for (size_t i = 0; changes_next_text(plan.changes, &i, &path, &text);) {
		if (strcmp(path, "/var/lib/dpkg/status") == 0)
			status = text;
		else if (strcmp(path,
			"/var/lib/dpkg/info/qemu-guest-agent.list") == 0)
			list = text;
		assert_null(strstr(path, "postinst"));
	}
	assert_non_null(status);
	assert_string_equal(status, "Package: base\n"
		"Status: install ok installed\n\nPackage: qemu-guest-agent\n"
		"Status: install ok installed\nVersion: 1:5\n"
		"Architecture: amd64\nMaintainer: x <x@y>\nDescription: x\n");
	assert_non_null(list);
	assert_string_equal(list, "/.\n/usr\n/usr/sbin\n" AGENT "\n");
	plan_close(&plan);
}

static void
a_guest_that_has_one_gets_none(void **state)
{
	struct plan plan;

	scratch_shell(*state, DEB GUEST
		"touch guest" AGENT "\n"
		"deb qemu-guest-agent 1:5 amd64 " AGENT " libc.so.6\n");
	plan_open(&plan, *state);
	assert_int_equal(plan.agent.count, 0);
	assert_string_equal(plan.guest->agent, "present");
	assert_false(findings_have(plan.findings,
		"operations.guest-agent-not-added"));
	plan_close(&plan);
}

/* A lead and two empty headers, then what rpm packs: a compressed cpio archive. */
static void
an_rpm_is_chosen_by_its_name_and_unpacked(void **state)
{
	struct plan plan;

	scratch_shell(*state, GUEST "rm -r guest/var/lib/dpkg; "
		"mkdir -p packages p/usr/bin; cd p; "
		"printf '\\177ELF\\0libc.so.6\\0GLIBC_2.31\\0' "
		">usr/bin/qemu-ga; "
		"h() { printf '\\216\\255\\350\\001\\0\\0\\0\\0\\0\\0\\0\\0"
		"\\0\\0\\0\\0'; }; "
		"for v in 2.12.0-3.el7 2.12.0-9.el8; do "
		"{ printf '\\355\\253\\356\\333\\003\\0'; head -c 90 /dev/zero; "
		"h; h; find . | cpio -o -H newc 2>/dev/null | gzip; } "
		">../packages/qemu-guest-agent-$v.x86_64.rpm; done");
	plan_open(&plan, *state);
	plan_close(&plan);
	plan_open(&plan, *state);
	assert_true(is_added(&plan));
	assert_string_equal(plan.agent.packages[0]->name, "qemu-guest-agent");
	assert_string_equal(plan.agent.packages[0]->version, "2.12.0-9.el8");
	assert_string_equal(plan.agent.packages[0]->files[0].path,
		"/usr/bin/qemu-ga");
	assert_int_equal(changes_count(plan.changes), 1);
	plan_close(&plan);
}

static const struct change *
planned(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->changes->count; i++)
		if (strcmp(plan->changes->list[i].path, path) == 0)
			return &plan->changes->list[i];
	return NULL;
}

/* By its real name, with its mode, and a link as a link. */
static void
what_is_unpacked_is_planned_as_it_will_be(void **state)
{
	static const char unit[] =
		"/usr/lib/systemd/system/qemu-guest-agent.service";
	static const char device[] =
		"/etc/systemd/system/dev-x.device.wants/qemu-guest-agent.service";
	const struct change *change;
	struct plan plan;

	scratch_shell(*state, GUEST
		"mkdir -p guest/usr/lib/systemd guest/etc/qemu\n"
		"ln -s usr/lib guest/lib; touch guest/lib/systemd/systemd\n"
		"ln -s nowhere guest/etc/qemu/own");
	scratch_shell(*state, "mkdir -p packages p/DEBIAN p/usr/sbin "
		"p/usr/share/doc/x p/lib/systemd/system p/etc/qemu; cd p\n"
		"printf 'Package: qemu-guest-agent\nVersion: 1:5\n"
		"Architecture: amd64\nMaintainer: x <x@y>\nDescription: x\n' "
		">DEBIAN/control\n"
		"printf '\\177ELF\\0libc.so.6\\0' >." AGENT "; chmod 755 ." AGENT "\n"
		"printf '[Install]\nWantedBy=dev-x.device\n' "
		">lib/systemd/system/qemu-guest-agent.service\n"
		"touch etc/qemu/own usr/share/doc/x/y; ln -s own etc/qemu/a\n"
		"dpkg-deb -b . ../packages/a.deb >/dev/null");
	plan_open(&plan, *state);
	assert_true(is_added(&plan));
	change = planned(&plan, AGENT);
	assert_non_null(change);
	assert_int_equal(change->kind, CHANGE_CREATED);
	assert_int_equal(change->mode, 0755);
	assert_null(change->after.text);
	assert_memory_equal(change->after.data, "\177ELF\0libc.so.6", 15);
	change = planned(&plan, unit);
	assert_non_null(change);
	assert_int_equal(change->mode, 0644);
	assert_non_null(change->after.text);
	change = planned(&plan, device);
	assert_non_null(change);
	assert_int_equal(change->kind, CHANGE_LINKED);
	assert_string_equal(change->after.target,
		"/lib/systemd/system/qemu-guest-agent.service");
	assert_string_equal(planned(&plan, "/etc/qemu/a")->after.target, "own");
	assert_null(planned(&plan, "/etc/qemu/own"));
	assert_null(planned(&plan, "/usr/share/doc/x/y"));
	plan_close(&plan);
}

static void
a_hostile_package_reaches_nothing_else(void **state)
{
	struct bundle *bundle = NULL;
	const struct scratch *scratch = *state;
	AUTO(freep) char *path = io_format("%s/x.deb", scratch->path);
	struct error err = {0};

	scratch_shell(scratch, "echo 2.0 >debian-binary; "
		"printf 'Package: a\\nVersion: 1\\nArchitecture: amd64\\n' "
		">control; tar -czf control.tar.gz control; echo x >x; "
		"tar -cPf data.tar --transform 's,^,../../,' x; "
		"tar -rPf data.tar --transform 's,^,../,' x; "
		"tar -rPf data.tar --transform 's,^,/a/../,' x; "
		"tar -rPf data.tar --transform 's,^,./../,' x; "
		"gzip data.tar; "
		"ar rc x.deb debian-binary control.tar.gz data.tar.gz");
	assert_ok(bundle_read(&bundle, path, &err), &err);
	assert_int_equal(bundle->count, 0);
	bundle_free(bundle);
	scratch_shell(scratch, "head -c 4000000 /dev/zero >big; "
		"tar -czf data.tar.gz big; rm x.deb; "
		"ar rc x.deb debian-binary control.tar.gz data.tar.gz");
	assert_int_equal(bundle_read(&bundle, path, &err), -1);
	scratch_shell(scratch, "head -c 300 x.deb >y; mv y x.deb");
	assert_int_equal(bundle_read(&bundle, path, &err), -1);
	scratch_shell(scratch, "printf x >x.deb");
	assert_int_equal(bundle_read(&bundle, path, &err), -1);
}

#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

static void
make_guest_and_package(const struct scratch *scratch)
{
	scratch_shell(scratch, DEB GUEST
		"deb qemu-guest-agent 1:5.2+deb11u3 amd64 " AGENT
		" 'libc.so.6\\0GLIBC_2.31'\n");
}

static void
check_added(const struct scratch *scratch, const struct oddity *odd,
	bool wanted)
{
	struct plan plan;

	plan_open_odd(&plan, scratch, odd);
	assert_int_equal(is_added(&plan), wanted);
	assert_int_equal(changes_count(plan.changes) > 0, wanted);
	plan_close(&plan);
}

/* One block for the program and one for dpkg's list; 1 MiB is left free. */
static void
without_room_no_agent_is_added(void **state)
{
	static const struct {
		struct oddity odd;
		bool is_added;
	} cases[] = {
		{{.rooms = {{"/", {(1 << 20) + 8192, 0, 1}}}}, true},
		{{.rooms = {{"/", {(1 << 20) + 4000, 0, 1}}}}, false},
		{{.rooms = {{"/", {1 << 30, 0, 0}}}}, false},
	};

	make_guest_and_package(*state);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_added(*state, &cases[i].odd, cases[i].is_added);
}

/* dpkg's list is a second one for a while, where it lies. */
static void
each_folder_of_it_needs_room(void **state)
{
	static const struct {
		const char *full;
		bool is_added;
	} cases[] = {
		{"/var/lib/dpkg/", false},
		{"/usr/", false},
		{"/etc/", false},
		{"/lib/", false},
		{"/srv/", true},
	};

	make_guest_and_package(*state);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct oddity odd = {.rooms = {PLENTY,
			{cases[i].full, {0, 0, 100}}}};

		check_added(*state, &odd, cases[i].is_added);
	}
}

/* The folders that are full have room for the agent alone. */
static void
images_take_room_where_boot_lies(void **state)
{
	static const struct {
		const char *mounted, *full;
		bool is_added;
	} cases[] = {
		{NULL, "/", false},
		{"/boot", "/", true},
		{"/usr", "/usr/", true},
		{"/var/lib", "/var/lib/", true},
		{"/usr", "/etc/", false},
	};

	make_guest_and_package(*state);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct oddity odd = {.rooms = {PLENTY,
			{cases[i].full, {(1 << 20) + 8192, 0, 100}}},
			.mounted = cases[i].mounted,
			.images_grow_bytes = 8192};

		check_added(*state, &odd, cases[i].is_added);
	}
}

/* Its record may lack room beside all else, which is known at last. */
static void
without_its_record_the_agent_is_given_up(void **state)
{
	for (int is_lacking = 0; is_lacking <= 1; is_lacking++) {
		AUTO(freep) char *folder = io_format("%s/packages",
			((struct scratch *)*state)->path);
		struct plan plan;

		make_guest_and_package(*state);
		plan_open(&plan, *state);
		for (size_t i = 0; i < plan.changes->count; i++)
			if (strcmp(plan.changes->list[i].path,
				    "/var/lib/dpkg/status") == 0)
				plan.changes->list[i].lacks_room = is_lacking;
		agent_check(&plan.agent, plan.guest, folder, plan.changes,
			plan.findings);
		assert_int_equal(plan.agent.count, !is_lacking);
		assert_int_equal(plan.guest->agent == NULL, is_lacking);
		assert_int_equal(findings_have(plan.findings,
			"operations.guest-agent-added"), !is_lacking);
		assert_int_equal(findings_have(plan.findings,
			"operations.guest-agent-not-added"), is_lacking);
		plan_close(&plan);
	}
}

/* rpm's database is not written. */
static void
a_guest_that_lacks_room_for_its_needs_gets_no_agent(void **state)
{
	struct agent agent = {.count = 0};
	AUTO(freep) struct guest *guest = calloc(1, sizeof *guest);
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct changes changes = {.is_partial = true};

	(void)state;
	agent_check(&agent, guest, "packages", &changes, findings);
	assert_false(findings_have(findings,
		"operations.guest-agent-not-added"));
	agent.packages[agent.count++] = NULL;
	changes.is_partial = false;
	agent_check(&agent, guest, "packages", &changes, findings);
	assert_int_equal(agent.count, 1);
	changes.is_partial = true;
	agent_check(&agent, guest, "packages", &changes, findings);
	assert_int_equal(agent.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_package_of_the_release_and_machine_is_chosen),
		CASE(a_newer_c_library_than_the_guests_rules_out),
		CASE(a_library_that_lacks_comes_from_the_folder),
		CASE(dpkg_is_told),
		CASE(a_guest_that_has_one_gets_none),
		CASE(an_rpm_is_chosen_by_its_name_and_unpacked),
		CASE(what_is_unpacked_is_planned_as_it_will_be),
		CASE(a_hostile_package_reaches_nothing_else),
		CASE(without_room_no_agent_is_added),
		CASE(each_folder_of_it_needs_room),
		CASE(images_take_room_where_boot_lies),
		CASE(without_its_record_the_agent_is_given_up),
		CASE(a_guest_that_lacks_room_for_its_needs_gets_no_agent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
