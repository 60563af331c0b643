#ifndef CONVERT_ASSESS_NETWORK_CONFIG_H
#define CONVERT_ASSESS_NETWORK_CONFIG_H

#include <stdbool.h>

struct guest;

/*
 * What one file says about interfaces is added to the guest's: which there are,
 * their addresses, their cards' MACs where they are written down, what belongs
 * to which bond, bridge or VLAN, and which files find a card by its slot or
 * driver.  The files need no change as long as the names stay, which
 * rewrite/network.c sees to.  `path` tells an interface's name where the file's
 * name or folder does.  interfaces.c has the table of who reads what.
 */
typedef void network_config_read(struct guest *guest, const char *path,
	const char *text);

network_config_read ifupdown_read; /* Debian's interfaces, Alpine's */
network_config_read ifcfg_read;	   /* Red Hat's network-scripts; SUSE, wicked */
network_config_read keyfile_read;  /* NetworkManager's system-connections */
network_config_read networkd_read; /* systemd's *.network and *.netdev */
network_config_read netplan_read;  /* Ubuntu's YAML */
network_config_read connman_read;  /* /var/lib/connman: a service's settings */
network_config_read connman_config_read; /* its *.config */
network_config_read etcnet_read;   /* ALT's /etc/net/ifaces */
network_config_read netifrc_read;  /* Gentoo's /etc/conf.d/net */
network_config_read inet1_read;	   /* Slackware's rc.inet1.conf */

/*
 * The next `source` or `source-directory` of an interfaces file from *text on,
 * which is moved behind it, as an absolute pattern; `path` is the file's own.
 * False at the end.
 */
bool ifupdown_source(const char **text, const char *path, char pattern[512]);

/*
 * The guest's interfaces that an interfaces file starts are not off, whichever
 * file they are configured in; but for those of which a mapping's script chooses the
 * configuration.
 */
void ifupdown_start(struct guest *guest, const char *text);

#endif
