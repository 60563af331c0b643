#ifndef CONVERT_ASSESS_LOOKS_H
#define CONVERT_ASSESS_LOOKS_H

#include <stdbool.h>

struct examination;
struct hit;
struct rule;

/*
 * How rules look that are more than a table, in look-GROUP.c.  Each is called
 * once with its rule.
 */
void boot_entry_lost_look(struct examination *, const struct rule *);
void secure_boot_look(struct examination *, const struct rule *);
void at_jobs_look(struct examination *, const struct rule *);
void bios_look(struct examination *, const struct rule *);
void bmc_look(struct examination *, const struct rule *);
void certificate_expired_look(struct examination *, const struct rule *);
void certificate_expiring_look(struct examination *, const struct rule *);
void cloud_init_look(struct examination *, const struct rule *);
void disk_defects_look(struct examination *, const struct rule *);
void disk_failing_look(struct examination *, const struct rule *);
void disk_hidden_look(struct examination *, const struct rule *);
void disk_worn_look(struct examination *, const struct rule *);
void end_of_life_look(struct examination *, const struct rule *);
void end_of_life_soon_look(struct examination *, const struct rule *);
void i386_look(struct examination *, const struct rule *);
void kernel_age_look(struct examination *, const struct rule *);
void kernel_custom_look(struct examination *, const struct rule *);
void kernel_modules_look(struct examination *, const struct rule *);
void kernel_realtime_look(struct examination *, const struct rule *);
void legacy_card_look(struct examination *, const struct rule *);
void listeners_look(struct examination *, const struct rule *);
void machine_id_missing_look(struct examination *, const struct rule *);
void machine_id_shared_look(struct examination *, const struct rule *);
void oem_licence_look(struct examination *, const struct rule *);
void performance_look(struct examination *, const struct rule *);
void processor_needed_look(struct examination *, const struct rule *);
void processor_reduced_look(struct examination *, const struct rule *);
void remote_mount_look(struct examination *, const struct rule *);
void san_look(struct examination *, const struct rule *);
void sr_iov_look(struct examination *, const struct rule *);
void tpm_look(struct examination *, const struct rule *);
void security_driver_look(struct examination *, const struct rule *);
void vlan_look(struct examination *, const struct rule *);
void time_unsynchronised_look(struct examination *, const struct rule *);
void time_zone_look(struct examination *, const struct rule *);

/* Those that have the last word on a line. */
bool account_accept(const struct examination *, const struct hit *);
bool configuration_server_accept(const struct examination *, const struct hit *);
bool credential_accept(const struct examination *, const struct hit *);
bool cron_account_accept(const struct examination *, const struct hit *);
bool cron_job_accept(const struct examination *, const struct hit *);
bool database_accept(const struct examination *, const struct hit *);
bool database_host_accept(const struct examination *, const struct hit *);
bool domain_accept(const struct examination *, const struct hit *);
bool firewall_accept(const struct examination *, const struct hit *);
bool hosts_accept(const struct examination *, const struct hit *);
bool iscsi_accept(const struct examination *, const struct hit *);
bool listener_accept(const struct examination *, const struct hit *);
bool log_retention_accept(const struct examination *, const struct hit *);
bool log_server_accept(const struct examination *, const struct hit *);
bool mail_relay_accept(const struct examination *, const struct hit *);
bool monitoring_server_accept(const struct examination *, const struct hit *);
bool neighbour_address_accept(const struct examination *, const struct hit *);
bool not_setup_accept(const struct examination *, const struct hit *);
bool not_virtio_accept(const struct examination *, const struct hit *);
bool other_address_accept(const struct examination *, const struct hit *);
bool own_address_accept(const struct examination *, const struct hit *);
bool resolver_accept(const struct examination *, const struct hit *);
bool su_account_accept(const struct examination *, const struct hit *);
bool time_server_accept(const struct examination *, const struct hit *);
bool udev_scsi_id_accept(const struct examination *, const struct hit *);

#endif
