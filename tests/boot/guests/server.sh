# shellcheck shell=bash disable=SC2034 # sourced by scripts/make-guest
# A server as Debian's installer leaves it with "SSH server" and "standard system
# utilities", with nginx and PostgreSQL installed afterwards: nothing on it is
# wrong.  For tests that assess and do not boot, so libguestfs finishes it.  A recipe
# debianN-server sets suite, hostname, release and interface, and
# may change packages.

disk_sizes=(6G)
packages=(linux-image-amd64 initramfs-tools grub-pc systemd-sysv udev dbus
	ifupdown isc-dhcp-client iproute2 iputils-ping netbase e2fsprogs kmod procps
	util-linux libpam-systemd ca-certificates apt-utils cron logrotate rsyslog
	locales less nano vim-tiny man-db bash-completion bzip2 xz-utils file lsof
	openssh-server openssh-client nginx postgresql bind9-host pciutils perl
	python3 python3-reportbug reportbug apt-listchanges wget traceroute telnet
	netcat-traditional ncurses-term sudo tasksel unattended-upgrades
	console-setup keyboard-configuration discover laptop-detect installation-report
	systemd-timesyncd)
mmdebstrap_options=(
	--dpkgopt='path-exclude=/usr/share/doc/*'
	--dpkgopt='path-exclude=/usr/share/locale/*'
	--dpkgopt='path-exclude=/usr/share/man/*'
	--dpkgopt='path-exclude=/usr/lib/postgresql/*/lib/bitcode/*'
	--dpkgopt='path-exclude=/lib/modules/*/kernel/sound/*'
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/gpu/*'
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/infiniband/*'
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/media/*'
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/net/wireless/*'
	--dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/staging/*')
root_uuid=5a1e0003-0000-4000-8000-000000000001
swap_uuid=5a1e0003-0000-4000-8000-000000000002

layout() {
	cat <<-END
	part-init /dev/sda mbr
	part-add /dev/sda p 2048 10487807
	part-add /dev/sda p 10487808 -2048
	part-set-bootable /dev/sda 1 true
	part-set-mbr-id /dev/sda 2 0x82
	mkfs ext4 /dev/sda1
	set-uuid /dev/sda1 $root_uuid
	mkswap /dev/sda2 uuid:$swap_uuid
	mount /dev/sda1 /
	END
}

# mmdebstrap leaves no machine-id; which disk is sda is not certain there.
finish_installation() {
	cat <<-END
	write /etc/machine-id "$(printf %s "$hostname" | md5sum | cut -c1-32)\n"
	END
	cat <<-'END'
	sh "grub-install \"$(grub-probe --target=disk /)\""
	sh "update-grub"
	END
}

configure() { # ROOT
	echo "$hostname" | put "$1/etc/hostname"
	put "$1/etc/hosts" <<-END
	127.0.0.1	localhost
	127.0.1.1	$hostname.example.net	$hostname

	# The following lines are desirable for IPv6 capable hosts
	::1     localhost ip6-localhost ip6-loopback
	ff02::1 ip6-allnodes
	ff02::2 ip6-allrouters
	END
	printf 'domain example.net\nsearch example.net\nnameserver 192.0.2.1\n' |
		put "$1/etc/resolv.conf"
	chroot "$1" useradd --create-home --shell /bin/bash --groups sudo clerk
	printf '%s\n' root:unrack-sample clerk:unrack-sample |
		chroot "$1" chpasswd
	configure_as_installed "$1"
}

# The files that the installer writes, in its words.
configure_as_installed() { # ROOT
	put "$1/etc/fstab" <<-END
	# /etc/fstab: static file system information.
	#
	# Use 'blkid' to print the universally unique identifier for a
	# device; this may be used with UUID= as a more robust way to name devices
	# that works even if disks are added and removed. See fstab(5).
	#
	# systemd generates mount units based on this file, see systemd.mount(5).
	# Please run 'systemctl daemon-reload' after making changes here.
	#
	# <file system> <mount point>   <type>  <options>       <dump>  <pass>
	# / was on /dev/sda1 during installation
	UUID=$root_uuid /               ext4    errors=remount-ro 0       1
	# swap was on /dev/sda5 during installation
	UUID=$swap_uuid none            swap    sw              0       0
	/dev/sr0        /media/cdrom0   udf,iso9660 user,noauto     0       0
	END
	mkdir -p "$1/media/cdrom0"
	ln -s cdrom0 "$1/media/cdrom"
	put "$1/etc/network/interfaces" <<-END
	# This file describes the network interfaces available on your system
	# and how to activate them. For more information, see interfaces(5).

	source /etc/network/interfaces.d/*

	# The loopback network interface
	auto lo
	iface lo inet loopback

	# The primary network interface
	allow-hotplug $interface
	iface $interface inet dhcp
	END
	put "$1/etc/apt/sources.list" <<-END
	#deb cdrom:[Debian GNU/Linux $release _${suite^}_ - Official amd64 NETINST]/ $suite main

	deb http://deb.debian.org/debian/ $suite main
	deb-src http://deb.debian.org/debian/ $suite main

	deb http://security.debian.org/debian-security $suite-security main
	deb-src http://security.debian.org/debian-security $suite-security main
	END
	echo "RESUME=UUID=$swap_uuid" |
		put "$1/etc/initramfs-tools/conf.d/resume"
	printf 'en_US.UTF-8 UTF-8\n' | put "$1/etc/locale.gen"
	chroot "$1" locale-gen > /dev/null
	ln -sf /usr/share/zoneinfo/Europe/Berlin "$1/etc/localtime"
	echo Europe/Berlin | put "$1/etc/timezone"
	printf '0.0 0 0.0\n0\nUTC\n' | put "$1/etc/adjtime"
	put "$1/etc/kernel-img.conf" <<-'END'
	# Kernel image management overrides
	# See kernel-img.conf(5) for details
	do_symlinks = yes
	do_bootloader = no
	do_initrd = yes
	link_in_boot = no
	END
	rm -f "$1"/etc/ssh/ssh_host_*
	chroot "$1" ssh-keygen -q -A
}
