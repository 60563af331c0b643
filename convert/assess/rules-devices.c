/*
 * Rules: cards and devices of the machine that a VM does not have by itself.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "hardware.clock-card",
		.title = "A clock for exact time is built in",
		.severity = SEVERITY_WARNING,
		.why = "Time servers and measurements that take their time from the "
		  "card have none in a VM.",
		.action = "Keep a time server on hardware, and let the VM ask it.",
		.devices = (const struct device[]){
			{"Meinberg clock", "pci", "1360:*", NULL, NULL},
			{"Meinberg clock", "usb", "1938:*", NULL, NULL},
			{0}},
	},
	{
		.id = "hardware.crypto",
		.title = "A card for keys or encryption is built in",
		.severity = SEVERITY_WARNING,
		.why = "Keys in a security module do not leave it: what they sign "
		  "or open stops working without the card.",
		.action = "Find out which keys it holds. Move them by the maker's "
		  "procedure to a module in the network, or keep the program "
		  "on hardware.",
		.devices = (const struct device[]){
			{"nCipher security module", "pci", "0100:*", NULL, NULL},
			{"CryptoServer security module", "pci",
			  "*:2086 *:c040 *:c051", NULL, "10????"},
			{"accelerator for encryption", "pci", "13a3:* 177d:*",
			  NULL, "10???? 0b40??"},
			/* AMD's and Intel's are part of the processor. */
			{"encryption controller", "pci", "*",
			  "1022:* 8086:* 0100:* *:2086 *:c040 *:c051 13a3:* "
			  "177d:*", "10????"},
			{0}},
	},
	{
		.id = "hardware.gpu",
		.title = "A graphics processor or another accelerator is built in",
		.severity = SEVERITY_WARNING,
		.why = "A VM has none unless the host passes one through: programs "
		  "that compute on it fail or become slow.",
		.action = "Find out what uses it. Pass a card of the host through, "
		  "or keep the program on hardware.",
		.devices = (const struct device[]){
			{"NVIDIA graphics processor", "pci", "10de:*", NULL,
			  "03????"},
			/* Not those that servers have for their console. */
			{"AMD graphics processor", "pci", "1002:*",
			  "1002:515e 1002:515f 1002:4752 1002:4754 1002:4756 "
			  "1002:4758 1002:5159 1002:4c59", "03????"},
			{"3D controller", "pci", "*", "10de:* 1002:*", "0302??"},
			{"processing accelerator", "pci", NULL, NULL, "12????"},
			{0}},
	},
	{
		.id = "hardware.infiniband",
		.title = "An InfiniBand adapter is built in",
		.severity = SEVERITY_WARNING,
		.why = "A VM reaches such a network only through a card of the host "
		  "that is passed through.",
		.action = "Find out what runs over it (storage, MPI, addresses of "
		  "its own), and move that to Ethernet or to a host with an "
		  "adapter.",
		.devices = (const struct device[]){
			{"InfiniBand adapter", "pci", NULL, NULL, "0207??"},
			{"InfiniBand adapter", "pci", NULL, NULL, "0c06??"},
			{0}},
	},
	{
		.id = "hardware.measurement",
		.title = "A card for measurement, control or a field bus is built in",
		.severity = SEVERITY_BLOCKER,
		.confidence = CONFIDENCE_LIKELY,
		.why = "What it is connected to stays at the old machine. Passing it "
		  "through is possible, but its timing suffers.",
		.action = "Keep the program on hardware, or replace the card by a "
		  "device in the network.",
		.devices = (const struct device[]){
			{"National Instruments card", "pci", "1093:*", NULL, NULL},
			{"Advantech card", "pci", "13fe:*", NULL, "11???? 0680??"},
			{"Hilscher field bus card", "pci", "15cf:*", NULL, NULL},
			{"PEAK CAN card", "pci", "001c:*", NULL, NULL},
			{"Kvaser CAN card", "pci", "1a07:*", NULL, NULL},
			{"esd CAN card", "pci", "12fe:*", NULL, NULL},
			{"IXXAT CAN card", "pci", "1bee:*", NULL, NULL},
			{"National Instruments device", "usb", "3923:*", NULL, NULL},
			{"PEAK CAN adapter", "usb", "0c72:*", NULL, NULL},
			{0}},
	},
	{
		.id = "hardware.modem",
		.title = "A modem, fax or telephony card is built in",
		.severity = SEVERITY_WARNING,
		.why = "A VM has no telephone line.",
		.action = "Send faxes and calls through a gateway in the network, or "
		  "keep this program on hardware.",
		.devices = (const struct device[]){
			{"modem", "pci", NULL, NULL, "0703??"},
			{"ISDN card", "pci", NULL, NULL, "0204??"},
			{"telephony card", "pci", NULL, NULL, "0402??"},
			{"Dialogic card", "pci", "1133:* 12c7:*", NULL, NULL},
			{"AVM ISDN card", "pci", "1244:*", NULL, "0280??"},
			{"HFC ISDN card", "pci", "1397:*", NULL, "0280??"},
			{"Digium telephony card", "pci", "d161:*", NULL, NULL},
			{"Sangoma telephony card", "pci", "1923:*", NULL, NULL},
			{"Aculab telephony card", "pci", "12d9:*", NULL, NULL},
			{"USB modem", "usb", "0572:* 0803:* 0baf:*", NULL, NULL},
			{"mobile modem", "usb", "12d1:* 1199:*", NULL, NULL},
			{0}},
	},
	{
		.id = "hardware.serial-card",
		.title = "Serial ports beyond those of a PC",
		.severity = SEVERITY_WARNING,
		.why = "A VM has up to four serial ports, connected to nothing. What "
		  "hangs on these stays at the old machine.",
		.action = "Find out what is connected to them. Use a serial device "
		  "server in the network, whose driver makes the same ports.",
		.devices = (const struct device[]){
			{"Digi serial card", "pci", "114f:*", NULL, NULL},
			{"Moxa serial card", "pci", "1393:*", NULL, NULL},
			{"Perle serial card", "pci", "155f:*", NULL, NULL},
			{"Comtrol serial card", "pci", "11fe:*", NULL, NULL},
			{"Exar serial card", "pci", "13a8:*", NULL, "07????"},
			{"Oxford serial card", "pci", "1415:*", NULL, "07????"},
			{"SUNIX serial card", "pci", "1fd4:*", NULL, NULL},
			{"Equinox serial card", "pci", "113f:*", NULL, NULL},
			{"Cyclades serial card", "pci", "120e:*", NULL, NULL},
			{"Specialix serial card", "pci", "11cb:*", NULL, NULL},
			{"Stallion serial card", "pci", "124d:*", NULL, NULL},
			{"Chase serial card", "pci", "12e0:*", NULL, NULL},
			{"MosChip serial card", "pci", "9710:*", NULL, "07????"},
			{"WCH serial card", "pci", "4348:* 1c00:*", NULL, "07????"},
			{"multi-port serial card", "pci", "*",
			  "114f:* 1393:* 155f:* 11fe:* 13a8:* 1415:* 1fd4:* "
			  "113f:* 120e:* 11cb:* 124d:* 12e0:* 9710:* 4348:* "
			  "1c00:*", "0702??"},
			{"FTDI serial adapter", "usb",
			  "0403:6001 0403:6010 0403:6011 0403:6014 0403:6015",
			  NULL, NULL},
			{"Prolific serial adapter", "usb",
			  "067b:2303 067b:23[a-f]3", NULL, NULL},
			{"Silicon Labs serial adapter", "usb",
			  "10c4:ea60 10c4:ea70 10c4:ea71", NULL, NULL},
			{"WCH serial adapter", "usb", "1a86:7523 1a86:5523", NULL,
			  NULL},
			{"Moxa serial adapter", "usb", "110a:*", NULL, NULL},
			{"Digi serial adapter", "usb", "1608:*", NULL, NULL},
			{0}},
	},
	{
		.id = "hardware.smart-card",
		.title = "A smart-card reader or security key is plugged in",
		.severity = SEVERITY_WARNING,
		.why = "Signatures, logins or banking that need the card fail in a "
		  "VM that does not reach it.",
		.action = "Pass the reader through, or put it on a USB server in the "
		  "network.",
		.devices = (const struct device[]){
			{"smart-card reader", "usb", "*",
			  "1050:* 096e:* 0529:* 04b9:*", "0b"},
			{"security key", "usb", "1050:*", NULL, NULL},
			{0}},
	},
	{
		.id = "hardware.sr-iov",
		.title = "Network cards are divided into virtual functions",
		.severity = SEVERITY_WARNING,
		.why = "A VM's card cannot be divided again: what sets the functions "
		  "up at boot fails, and what used them finds none.",
		.action = "Remove the settings in the VM. If it needs the speed, give "
		  "it a function of the host's card.",
		.look = sr_iov_look,
		.clues = (const struct clue[]){
			{"/etc/modprobe.d/* /etc/modprobe.conf",
			  "^options[ \t]+[a-z0-9_]+[ \t].*(max_vfs|num_vfs)=[ \t]*"
			  "[\"']?[0-9,]*[1-9]", NULL},
			{"/etc/udev/rules.d/* /etc/systemd/system/* /etc/rc.local "
			 "/etc/rc.d/* /etc/sysfs.conf /etc/sysfs.d/* "
			 "/etc/network/* /etc/systemd/network/*",
			  "sriov_numvfs|^SR-IOVVirtualFunctions=|"
			  "^VirtualFunction=", NULL},
			{0}},
	},
	{
		.id = "hardware.storage-adapter",
		.title = "An adapter for a storage network is built in",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Disks, tapes or cluster locks that are reached over it are "
		  "not in the machine and not in the VM.",
		.action = "Find out what is connected: the storage network knows the "
		  "adapter's name (WWPN or IQN). Give the VM's host access, or "
		  "attach the volumes to the VM.",
		.devices = (const struct device[]){
			{"FC adapter", "pci", NULL, NULL, "0c04??"},
			{"iSCSI adapter", "pci",
			  "1077:4010 1077:4022 1077:4032 1077:8022 1077:165e",
			  NULL, NULL},
			{0}},
	},
	{
		.id = "hardware.tape",
		.title = "A tape drive or library is connected",
		.severity = SEVERITY_WARNING,
		.why = "It does not come along: backups that are written to it stop.",
		.action = "Back the VM up by another server, or keep the tapes on "
		  "hardware. Restore one old tape elsewhere before the machine "
		  "goes.",
		.devices = (const struct device[]){
			{"tape drive", "scsi", NULL, NULL, "tape"},
			{"tape library", "scsi", NULL, NULL, "changer"},
			{0}},
	},
	{
		.id = "hardware.ups",
		.title = "An uninterruptible power supply is connected by USB",
		.severity = SEVERITY_WARNING,
		.why = "The VM does not see it: nothing shuts the VM down when the "
		  "power fails.",
		.action = "Connect it to the VM's host, and let the host shut its VMs "
		  "down.",
		.devices = (const struct device[]){
			{"APC", "usb", "051d:*", NULL, NULL},
			{"Eaton", "usb", "0463:*", NULL, NULL},
			{"CyberPower", "usb", "0764:*", NULL, NULL},
			{"Phoenixtec", "usb", "06da:*", NULL, NULL},
			{0}},
	},
	{
		.id = "hardware.usb-printer",
		.title = "A printer is connected by USB",
		.severity = SEVERITY_WARNING,
		.why = "It stays at the old machine.",
		.action = "Connect it to a print server, or pass it through.",
		.devices = (const struct device[]){
			{"printer", "usb", NULL, NULL, "07"},
			{0}},
	},
	{
		.id = "hardware.video",
		.title = "A card that takes up pictures is built in",
		.severity = SEVERITY_WARNING,
		.why = "Cameras and picture sources stay at the old machine.",
		.action = "Use cameras in the network, or keep the program on "
		  "hardware.",
		.devices = (const struct device[]){
			{"video card", "pci", NULL, NULL, "0400??"},
			{"multimedia card", "pci", NULL, "8086:*", "0480??"},
			{"camera", "usb", NULL, NULL, "0e"},
			{0}},
	},
};

const struct rule_table rules_devices = {
	GROUP_HARDWARE, rules, sizeof rules / sizeof *rules};
