#ifndef CONVERT_ASSESS_NETWORK_CONFIG_H
#define CONVERT_ASSESS_NETWORK_CONFIG_H

struct guest;

/*
 * What one file says about interfaces is added to the guest's: which there are,
 * their addresses, and their cards' MACs where they are written down.  The files
 * need no change as long as the names stay, which rewrite/network.c sees to.
 * `path` tells an interface's name where the file's name does.
 */
typedef void network_config_read(struct guest *guest, const char *path,
	const char *text);

network_config_read ifupdown_read; /* Debian's interfaces; `source` is not followed */
network_config_read ifcfg_read;	   /* Red Hat's network-scripts; SUSE, wicked */
network_config_read keyfile_read;  /* NetworkManager's system-connections */
network_config_read networkd_read; /* systemd's *.network */
network_config_read netplan_read;  /* Ubuntu's YAML */

#endif
