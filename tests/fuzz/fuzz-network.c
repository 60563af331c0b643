/*
 * Files that configure a guest's network, by the guest.  The first byte chooses
 * the reader.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/guest.h"
#include "convert/assess/net-rule.h"
#include "convert/assess/network-config.h"
#include "convert/rewrite/network.h"

static const struct {
	network_config_read *read;
	const char *path;
} readers[] = {
	{ifupdown_read, "/etc/network/interfaces"},
	{ifcfg_read, "/etc/sysconfig/network/ifcfg-bus-pci-0000:02:00.0"},
	{ifcfg_read, "/etc/sysconfig/network/ifcfg-bond0"},
	{keyfile_read, "/etc/NetworkManager/system-connections/a"},
	{networkd_read, "/etc/systemd/network/a.network"},
	{networkd_read, "/etc/systemd/network/a.netdev"},
	{netplan_read, "/etc/netplan/a.yaml"},
	{connman_read, "/var/lib/connman/ethernet_525400000001_cable/settings"},
	{etcnet_read, "/etc/net/ifaces/bond0/options"},
	{etcnet_read, "/etc/net/ifaces/eth0/ipv4address"},
	{netifrc_read, "/etc/conf.d/net"},
	{inet1_read, "/etc/rc.d/rc.inet1.conf"},
	{connman_config_read, "/var/lib/connman/lan.config"},
};

static void
read_others(const struct guest *guest, const char *text)
{
	const struct guest_match match = {.path = "/a.link",
		.mac = "52:54:00:00:00:01"};
	AUTO(freep) char *after = NULL;
	struct net_rule rule;
	struct error err;
	const char *at = text;
	unsigned number = 0;
	char pattern[512];

	while (net_rule_next(&at, &number, &rule))
		;
	for (at = text; ifupdown_source(&at, "/etc/network/a", pattern);)
		;
	network_match_rewrite(&after, text, guest, &match, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(freep) char *text = NULL;
	size_t which;

	if (size == 0 || guest == NULL)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	which = data[0] % (sizeof readers / sizeof *readers + 1);
	if (text == NULL)
		return 0;
	if (which == 0)
		read_others(guest, text);
	else
		readers[which - 1].read(guest, readers[which - 1].path, text);
	return 0;
}
