/*
 * Addresses that are written down.  Whose they are decides how much it matters:
 * the machine's own, those of its own networks, and all others.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

enum whose { NOBODY, OWN, NEIGHBOUR, OTHER };

/* Files that are about addresses have rules of their own, or are rewritten. */
static const char *const passed_over[] = {"/etc/hosts", "/etc/hosts.*",
	"/etc/resolv*", "/etc/network/*", "/etc/sysconfig/network*",
	"/etc/sysconfig/ip*tables*", "/etc/iptables/*", "/etc/nftables*",
	"/etc/ufw/*", "/etc/shorewall*", "/etc/firewalld/*", "/etc/netplan/*",
	"/etc/NetworkManager/*", "/etc/systemd/network/*", "/etc/networks",
	"/etc/gai.conf", "/etc/ssl/*", "/etc/services", "*/doc/*", "*/docs/*",
	"*README*", "*CHANGE*", "*.md", "*.rst", "*.html", "*.css", "*.svg",
	"*.js", "*/node_modules/*", "*/vendor/*", "*.lock"};

static bool
is_passed_over(const char *path)
{
	for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++) {
		if (fnmatch(passed_over[i], path, 0) == 0)
			return true;
	}
	return false;
}

/* Loopback, "any", masks, multicast and broadcast are nobody's. */
static bool
is_of_a_machine(uint32_t address)
{
	uint32_t first = address >> 24;

	return first != 0 && first != 127 && first < 224 &&
		(address & 0xff) != 255 && (address & 0xff) != 0;
}

static enum whose
whose(const json_t *guest, uint32_t address)
{
	const json_t *interfaces = json_object_get(guest, "interfaces"), *one;
	enum whose result = OTHER;
	size_t i, k;

	if (!is_of_a_machine(address))
		return NOBODY;
	json_array_foreach(interfaces, i, one)
	{
		const json_t *list = json_object_get(one, "addresses"), *item;

		json_array_foreach(list, k, item)
		{
			char text[64] = "";
			struct in_addr own;
			unsigned bits = 32;
			const char *slash;

			snprintf(text, sizeof text, "%.63s",
				json_is_string(item) ? json_string_value(item)
						     : "");
			slash = strchr(text, '/');
			if (slash != NULL)
				sscanf(slash + 1, "%2u", &bits);
			text[strcspn(text, "/")] = '\0';
			if (inet_pton(AF_INET, text, &own) != 1)
				continue;
			if (ntohl(own.s_addr) == address)
				return OWN;
			if (bits >= 8 && bits < 32 &&
				(ntohl(own.s_addr) ^ address) >> (32 - bits) ==
					0)
				result = NEIGHBOUR;
		}
	}
	return result;
}

/* A word of a version looks the same: "Version 10.2.0.4", "1.2.3.4-5". */
static bool
is_version(const char *line, const char *at, size_t bytes)
{
	static const char *const words[] = {"version", "release", "build",
		"revision"};

	if (at[bytes] == '-' || at[bytes] == '.' || at[bytes] == '_' ||
		isalnum((unsigned char)at[bytes]))
		return true;
	if (at > line && strchr("-._", at[-1]) != NULL)
		return true;
	if (at > line && isalnum((unsigned char)at[-1]))
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasestr(line, words[i]) != NULL)
			return true;
	}
	return false;
}

/* Does a line hold an address of that kind? */
static bool
holds(const struct examination *examination, const struct hit *hit,
	enum whose wanted)
{
	const char *at = hit->text;

	if (is_passed_over(hit->path))
		return false;
	while (*(at += strcspn(at, "0123456789")) != '\0') {
		size_t bytes = strspn(at, "0123456789.");
		struct in_addr address;
		char text[16];

		if (bytes < sizeof text) {
			snprintf(text, sizeof text, "%.*s", (int)bytes, at);
			if (inet_pton(AF_INET, text, &address) == 1 &&
				!is_version(hit->text, at, bytes) &&
				whose(examination->guest,
					ntohl(address.s_addr)) == wanted)
				return true;
		}
		at += bytes;
	}
	return false;
}

bool
own_address_accept(const struct examination *examination, const struct hit *hit)
{
	return holds(examination, hit, OWN);
}

bool
neighbour_address_accept(const struct examination *examination,
	const struct hit *hit)
{
	return holds(examination, hit, NEIGHBOUR);
}

bool
other_address_accept(const struct examination *examination,
	const struct hit *hit)
{
	return holds(examination, hit, OTHER);
}

/* Of other machines: not of this one, nor what every system has. */
bool
hosts_accept(const struct examination *examination, const struct hit *hit)
{
	static const char *const everywhere[] = {"127.*", "::1", "::", "f[ef]0*",
		"255.*", "0.0.0.0"};
	struct in_addr address;

	for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++) {
		if (fnmatch(everywhere[i], hit->match, FNM_CASEFOLD) == 0)
			return false;
	}
	return inet_pton(AF_INET, hit->match, &address) != 1 ||
		whose(examination->guest, ntohl(address.s_addr)) != OWN;
}

bool
resolver_accept(const struct examination *examination, const struct hit *hit)
{
	char spec[64];

	snprintf(spec, sizeof spec, "[%.60s]", hit->match);
	return examine_depend(examination, "dns", spec, hit->path, hit->line);
}

bool
firewall_accept(const struct examination *examination, const struct hit *hit)
{
	const char *at = strstr(hit->text, hit->match);
	struct in_addr address;

	(void)examination;
	return at != NULL && inet_pton(AF_INET, hit->match, &address) == 1 &&
		(ntohl(address.s_addr) >> 24) % 127 != 0 &&
		ntohl(address.s_addr) >> 24 < 224;
}

/* Whom to let through: each VLAN of the guest with its id. */
void
vlan_look(struct examination *examination, const struct rule *rule)
{
	const json_t *list = json_object_get(examination->guest, "interfaces");
	const json_t *interface;
	size_t i;

	json_array_foreach(list, i, interface)
	{
		unsigned id = (unsigned)json_number(interface, "vlan", 0);
		char what[96];

		if (id == 0)
			continue;
		snprintf(what, sizeof what, "VLAN %u on %.40s", id,
			json_text(interface, "parent", "a card"));
		examine_note(examination, rule,
			json_text(interface, "name", "?"), 0, what);
	}
}

/* Files that it writes, while nothing tells it not to. */
void
cloud_init_look(struct examination *examination, const struct rule *rule)
{
	static const char written[] = "/etc/netplan/50-cloud-init.yaml "
		"/etc/network/interfaces.d/50-cloud-init* "
		"/etc/sysconfig/network-scripts/ifcfg-* "
		"/etc/NetworkManager/system-connections/cloud-init-*";
	const struct files *files = examination->files;
	const struct file *file;

	if (files_find(files, "/etc/cloud/cloud.cfg") == NULL ||
		files_find(files, "/etc/cloud/cloud-init.disabled") != NULL)
		return;
	for (size_t i = 0; (file = files_match(files, "/etc/cloud/cloud.cfg.d/*",
				    &i)) != NULL;)
		if (file->text != NULL && strstr(file->text, "network:") &&
			strstr(file->text, "config: disabled"))
			return;
	for (size_t i = 0; (file = files_match(files, written, &i)) != NULL;)
		if (file->text != NULL && (strstr(file->path, "cloud-init") ||
			strstr(file->text, "generated by cloud-init") ||
			strstr(file->text, "Created by cloud-init")))
			examine_note(examination, rule, file->path, 0,
				"cloud-init is on and wrote it");
}
