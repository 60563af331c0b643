/*
 * Trees of guests' files in tests/assess/networks, one for each way in which a
 * system is told about its network, with near misses among them: what is read
 * from each is in its `expected`.  UNRACK_UPDATE=1 writes them anew: then read
 * them.  A tree has root/, inventory.json if wanted, and `facts`: the version of
 * systemd, 0 for none, or "systemd" where it does not tell one.
 */
#include "tests/harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/interfaces.h"
#include "drivers-inject/guest.h"

#define FOLDER "tests/assess/networks"

static void
print_interface(FILE *out, const struct guest_interface *one)
{
	fprintf(out, "%s %s %s", *one->name ? one->name : "-",
		*one->mac ? one->mac : "-",
		one->is_card ? "card" : one->kind == NULL ? "?" : one->kind);
	for (size_t i = 0; i < one->address_count; i++)
		fprintf(out, " %s", one->addresses[i]);
	if (*one->gateway)
		fprintf(out, " via %s", one->gateway);
	if (*one->master)
		fprintf(out, " in %s", one->master);
	if (*one->parent)
		fprintf(out, " on %s", one->parent);
	if (one->vlan != 0)
		fprintf(out, " vlan %u", one->vlan);
	if (*one->mode)
		fprintf(out, " mode %s", one->mode);
	fprintf(out, "%s%s%s%s%s\n", one->dhcp ? " dhcp" : "",
		one->is_off ? " off" : "", one->is_missing ? " missing" : "",
		one->name_is_kept ? " kept" : "",
		one->asks_peers ? " asks-peers" : "");
}

/* Where it was seen, and what stood there. */
static void
print_finding(FILE *out, const struct findings *findings, const char *rule)
{
	AUTO(json_decrefpp) json_t *json =
		findings_to_json(findings, "machine", false);
	const json_t *finding, *item;
	size_t i, k;

	json_array_foreach(json_object_get(json, "findings"), i, finding)
	{
		if (strcmp(json_text(finding, "rule", ""), rule) != 0)
			continue;
		fprintf(out, "finding %s\n", rule);
		json_array_foreach(json_object_get(finding, "evidence"), k,
			item)
			fprintf(out, "  %s | %s\n", json_text(item, "where", ""),
				json_text(item, "what", ""));
	}
}

static void
print_guest(FILE *out, const struct guest *guest,
	const struct findings *findings)
{
	static const char *const namings[] = {"none", "link", "udev", "z25",
		"sles10", "hwaddr", "iftab", "mactab"};
	static const char *const rules[] = {"network.no-mac",
		"network.card-missing", "network.name-unknown",
		"network.static-address",
		"guest.file-refused"};

	fprintf(out, "naming %s\n", namings[guest->naming]);
	for (size_t i = 0; i < guest->interface_count; i++)
		print_interface(out, &guest->interfaces[i]);
	for (size_t i = 0; i < guest->match_count; i++)
		fprintf(out, "match %s slot %s driver %s name %s card %s\n",
			guest->matches[i].path, guest->matches[i].slot,
			guest->matches[i].driver, guest->matches[i].name,
			guest->matches[i].mac);
	for (size_t i = 0; i < guest->link_count; i++)
		fprintf(out, "link %s card %s sets %s\n", guest->links[i].path,
			guest->links[i].mac, guest->links[i].settings);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		print_finding(out, findings, rules[i]);
}

static json_t *
read_inventory(const char *folder)
{
	AUTO(freep) char *path = io_format("%s/inventory.json", folder);
	json_t *json = NULL;
	struct error err = {0};

	if (access(path, F_OK) == 0)
		assert_ok(json_file_read(&json, path, &err), &err);
	return json;
}

static void
read_facts(struct guest *guest, const char *folder)
{
	AUTO(freep) char *path = io_format("%s/facts", folder);
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	assert_ok(io_read_file(&text, NULL, path, 100, &err), &err);
	guest->systemd = (unsigned)strtoul(text, NULL, 10);
	if (string_starts(text, "systemd"))
		guest->init = "systemd";
	strcpy(guest->root_uuid, "aaaaaaaa-0000-4000-8000-000000000001");
}

/* What is read from one tree, as a text. */
static char *
read_tree(const char *folder)
{
	AUTO(freep) char *root = io_format("%s/root", folder);
	AUTO(json_decrefpp) json_t *inventory = read_inventory(folder);
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct guest_files files;
	struct error err = {0};
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	read_facts(guest, folder);
	assert_ok(guest_folder_open(&files, root, &err), &err);
	assert_ok(interfaces_read(guest, &files, inventory, findings, &err),
		&err);
	guest_folder_close(&files);
	print_guest(out, guest, findings);
	assert_int_equal(fclose(out), 0);
	return text;
}

static bool
is_as_expected(const char *name)
{
	AUTO(freep) char *folder = io_format(FOLDER "/%s", name);
	AUTO(freep) char *path = io_format("%s/expected", folder);
	AUTO(freep) char *seen = read_tree(folder);
	AUTO(freep) char *expected = NULL;
	struct error err = {0};

	if (getenv("UNRACK_UPDATE") != NULL)
		assert_ok(io_write_file(path, seen, strlen(seen), 0644, &err),
			&err);
	if (io_read_file(&expected, NULL, path, 1 << 20, &err) == 0 &&
		strcmp(seen, expected) == 0)
		return true;
	print_error("%s: saw\n%sin place of\n%s", name, seen,
		expected == NULL ? err.text : expected);
	return false;
}

static void
every_way_to_configure_a_network_is_read(void **state)
{
	DIR *dir = opendir(FOLDER);
	const struct dirent *entry;
	unsigned trees = 0;
	bool all = true;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		all &= is_as_expected(entry->d_name);
		trees++;
	}
	closedir(dir);
	assert_true(all);
	assert_true(trees >= 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_configure_a_network_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
