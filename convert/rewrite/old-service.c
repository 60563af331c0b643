/*
 * Which services look after hardware that a VM does not have: a table, for
 * disable.c.  What is only reported (clusters, UPS, backup) is in the catalogue
 * of rules instead.
 */
#include "convert/rewrite/old-service.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "convert/assess/packages.h"

#define AGENT "operations.hardware-agent"
#define WATCHDOG "operations.watchdog"
#define TOOLS "os.guest-tools"

#define REMOVE "Remove the package when the VM has taken over."
#define ON_HOST "Watch the host's hardware instead, and remove the package."

static const struct old_service services[] = {
	{"HPE watchdog (automatic server recovery)", "hp-asrd hpasrd hp-asr",
		"hp-health", "hp-asrd hpasrd hpwdt", WATCHDOG,
		"It resets the machine when its timer is not served.", REMOVE},
	{"HPE health and management agents",
		"hp-health hpasmd hpasm hpasmlited hpasmxld hp-snmp-agents "
		"hp-ams amsd smad hpsmhd hprsm hp-ilo hpilo cmanic cmanicd "
		"cmafdtn cmastor cmasvr cmahost cmawebd cpqide "
		"cpqscsi cpqiScsi cpqFca mr_cpqScsi ahslog",
		"hp-health hp-snmp-agents hp-ams amsd hpsmh hpasm",
		"hpasm hp-health /opt/hp /opt/compaq hp-ams amsHelper amsd "
		"/sbin/smad hpsmh hpilo cmanic cmafdtn cmastor cmasvr cmahost "
		"cmawebd ahslog /sbin/cpq",
		AGENT, "It talks to the iLO and the boards of an HPE server.",
		ON_HOST},
	{"Dell OpenManage",
		"dataeng dsm_om_* dsm_sa_* instsvcdrv srvadmin-* dcismeng "
		"racsvc mptctl", "srvadmin-* dcism",
		"srvadmin dsm_om dsm_sa dataeng instsvcdrv dcismeng dcism "
		"racsvc /opt/dell mptctl",
		AGENT, "It talks to the sensors and the iDRAC of a Dell server.",
		ON_HOST},
	{"IBM or Lenovo agents",
		"ibmasm ibmsp* ibmras* dirserver diragent* twg* TWG* "
		"platform_agent tier1slp", "ibm-director* lnvgy_*",
		"/opt/ibm/director ibmasm ibmsp ibmras TWGServer twgagent "
		"/opt/ibm/icc",
		AGENT, "It talks to the service processor of an IBM server.",
		ON_HOST},
	{"Fujitsu ServerView", "srvmagt* eecd* sv_* sesd ServerView*",
		"ServerView* srvmagt* AgentService*",
		"srvmagt eecd ServerView /opt/fujitsu",
		AGENT, "It talks to the service processor of a Fujitsu server.",
		ON_HOST},
	{"LSI or Broadcom MegaRAID agents",
		"mrmonitor* vivaldiframeworkd lsi_mrdsnmp* lsi_mrdsnmpd "
		"MegaRaidd msm* lsisash* megaraid-* megasas*-status megactl",
		"MegaRAID_Storage_Manager* sas_snmp megaraid-status "
		"megaraid-sas-status lsi_mrdsnmp*",
		"MegaRAID mrmonitor vivaldi lsi_mrdsnmp MegaRaidd megaraid "
		"megasasctl lsisash", AGENT,
		"The RAID controller that it watches is not in the VM.",
		ON_HOST},
	{"Adaptec storage manager",
		"stor_agent stor_tomcat StorMan storman stor_cimom aacraid-* "
		"aacmgmt* arcconf*", "StorMan arcconf aacraid-status",
		"StorMan storman stor_agent aacraid arcconf", AGENT,
		"The RAID controller that it watches is not in the VM.",
		ON_HOST},
	{"3ware disk manager", "3dm2 tdm2 3dmd 3w-*-status tw_cli*",
		"3dm2 3ware-3dm2-binary 3w-status", "3dm2 tdm2 3dmd tw_cli",
		AGENT, "The RAID controller that it watches is not in the VM.",
		ON_HOST},
	{"RAID controller status monitors",
		"cciss-vol-statusd hpssacli* ssacli* sas2ircu-statusd "
		"mpt-statusd mdm-statusd", "cciss-vol-status mpt-status "
		"sas2ircu-status",
		"cciss_vol_status cciss-vol-status mpt-status sas2ircu hpssacli "
		"ssacli", AGENT,
		"The RAID controller that it watches is not in the VM.",
		ON_HOST},
	{"Hardware watchdog", "watchdog wd_keepalive watchdogd",
		"watchdog", "/usr/sbin/watchdog /usr/sbin/wd_keepalive "
		"/usr/sbin/watchdogd", WATCHDOG,
		"Its tests of the old machine fail in the VM, and it restarts "
		"it again and again.",
		"Check its tests, give the VM a watchdog of its own, and "
		"bring it back."},
	{"IPMI watchdog", "bmc-watchdog ipmi_watchdog", "freeipmi-bmc-watchdog",
		"bmc-watchdog ipmi_watchdog", WATCHDOG,
		"Its timer is in a board that the VM does not have.", REMOVE},
	{"IPMI", "ipmi openipmi ipmievd ipmidetectd ipmiseld ipmiconsole "
		"ipmiutil_*", "OpenIPMI openipmi ipmievd freeipmi-* ipmitool",
		"ipmi", AGENT, "The VM has no management board.", REMOVE},
	{"Sensors", "lm_sensors lm-sensors sensord fancontrol pwmconfig",
		"lm-sensors lm_sensors sensord fancontrol",
		"sensors sensord fancontrol", AGENT,
		"The VM has no sensors and no fans.", REMOVE},
	{"SMART monitoring", "smartd smartmontools", "smartmontools",
		"smartd", AGENT,
		"The VM's disks have no SMART: it ends with a failure.",
		ON_HOST},
	{"Machine check and memory error logs",
		"mcelog mcelogd rasdaemon ras-mc-ctl edac edac-utils",
		"mcelog rasdaemon edac-utils", "mcelog rasdaemon ras-mc-ctl edac",
		AGENT, "The host sees errors of its processors and memory, not "
		"the VM.", ON_HOST},
	{"Processor microcode", "microcode microcode_ctl microcode.ctl "
		"intel-microcode", "microcode_ctl microcode.ctl",
		"microcode", AGENT, "The host loads it, not the VM.", REMOVE},
	{"Processor frequency and temperature",
		"cpuspeed cpufreqd cpufrequtils loadcpufreq cpupower powernowd "
		"cpudyn thermald speedstep", "cpuspeed cpufrequtils cpufreqd "
		"thermald powernowd", "cpuspeed cpufreq cpupower powernowd "
		"cpudyn thermald", AGENT,
		"The host decides on clock and cooling, not the VM.", REMOVE},
	{"NVIDIA GPU services", "nvidia-persistenced nvidia-fabricmanager "
		"nvidia-dcgm dcgm", "nvidia-persistenced* nvidia-fabric*",
		"nvidia-persistenced nv-fabricmanager nv-hostengine", AGENT,
		"The VM has no such card: it ends with a failure.",
		"Bring it back when the VM is given the card."},
	{"Fibre Channel over Ethernet", "fcoe fcoemon", "fcoe-utils",
		"fcoemon", AGENT, "The VM has no such adapter.", REMOVE},
	{"EMC host agent", "hostagent naviagent", "HostAgent-* NaviHostAgent*",
		"naviagent hostagent", AGENT,
		"It reports the old machine's paths to the storage system.",
		"Deregister the old machine at the storage system."},
	{"Hardware discovery at boot (kudzu)", "kudzu", "kudzu", "kudzu",
		AGENT, "It finds that all hardware has changed, asks at the "
		"console and rewrites the network's configuration.", REMOVE},
	{"VMware Tools", "vmtoolsd open-vm-tools vmware-tools* vgauthd vgauth "
		"vmware-tools-thinprint run-vmblock*", "open-vm-tools* "
		"vmware-tools* vmware-open-vm-tools*",
		"vmtoolsd vmware VMware VGAuth vmblock", TOOLS,
		"It serves a hypervisor of VMware.", REMOVE},
	{"VirtualBox guest additions",
		"vboxadd* vboxservice vboxdrv-guest virtualbox-guest-* "
		"virtualbox-ose-guest-*",
		"virtualbox-guest-* virtualbox-ose-guest-*",
		"VBoxService vboxadd VBoxGuest vboxguest vboxvideo", TOOLS,
		"It serves VirtualBox.", REMOVE},
	{"Hyper-V daemons", "hv-kvp-daemon hv-vss-daemon hv-fcopy-daemon "
		"hv_kvp_daemon hv_vss_daemon hv_fcopy_daemon hypervkvpd "
		"hypervvssd hypervfcopyd", "hyperv-daemons hypervkvpd "
		"hypervvssd hypervfcopyd linux-cloud-tools-*",
		"hv_kvp hv_vss hv_fcopy hypervkvpd hypervvssd hypervfcopyd",
		TOOLS, "It serves Hyper-V.", REMOVE},
	{"XenServer tools", "xe-linux-distribution xe-daemon xen-guest-agent",
		"xe-guest-utilities*", "xe-linux-distribution xe-daemon "
		"xen-guest-agent", TOOLS, "It serves a Xen host.", REMOVE},
	{"Parallels tools", "prltoolsd prltools prl-x11 prl_fsd", NULL,
		"prltools prl_tools parallels prl_", TOOLS,
		"It serves Parallels.", REMOVE},
};

/* Is one of the words in the text? */
static bool
text_has(const char *text, size_t bytes, const char *words)
{
	char word[64];

	for (const char *at = words; *at != '\0';) {
		size_t n = strcspn(at, " ");

		snprintf(word, sizeof word, "%.*s", (int)n, at);
		if (n > 0 && memmem(text, bytes, word, n) != NULL)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

const struct old_service *
old_service_find(const char *name, const char *text, size_t bytes)
{
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		if (packages_name_matches(name, services[i].names) &&
			text_has(text, bytes, services[i].programs))
			return &services[i];
	}
	return NULL;
}

/*
 * Drivers that fail where their hardware is not, which makes systemd's
 * systemd-modules-load.service fail, or that reset the machine.  Those of PCI
 * devices load everywhere, and are left.
 */
static const char modules[] =
	"hpwdt iTCO_wdt i6300esb_wdt sp5100_tco nv_tco w83627hf_wdt wdat_wdt "
	"ipmi_si ipmi_watchdog ipmi_poweroff ipmi_ssif acpi_ipmi coretemp "
	"k8temp k10temp fam15h_power it87 w83* nct6* nct7* lm[0-9]* adm1* adt7* "
	"asb100 f71* smsc47* pc87* sch56* via686a via-cputemp via_cputemp "
	"dme1737 ibmaem ibmpex applesmc i8k dell_smm_hwmon dell-smm-hwmon "
	"acpi_power_meter asus_atk0110 i5k_amb jc42 eeprom dcdbas dell_rbu "
	"ibmasm acpi_cpufreq acpi-cpufreq powernow-k8 powernow_k8 powernow-k7 "
	"p4-clockmod p4_clockmod speedstep-* pcc-cpufreq pcc_cpufreq *_edac "
	"edac_mce_amd nvidia* vmhgfs vmmemctl vmblock vmw_balloon vmw_vmci "
	"vboxguest vboxsf vboxvideo hv_vmbus hv_utils prl_*";

bool
old_module_is(const char *name)
{
	return packages_name_matches(name, modules);
}
