/*
 * The story of one conversion, in the order in which it happens: look, plan,
 * say what was found, trim, write, look again.  The plan is the assessment: no
 * edit is decided after the first write.  Start reading here; assess/inspect.c
 * looks, texts.c and injection.c plan, change.c writes and records.
 */
#include "convert/rewrite/conversion.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/assess/boot.h"
#include "convert/assess/boot-chain.h"
#include "convert/assess/examine.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/inspect.h"
#include "convert/assess/interfaces.h"
#include "convert/assess/reference.h"
#include "convert/assess/snapshot.h"
#include "convert/assess/twins.h"
#include "convert/assess/unlock.h"
#include "convert/assess/volume.h"
#include "convert/assess/waiver.h"
#include "convert/rewrite/agent.h"
#include "convert/rewrite/boot-table.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/console.h"
#include "convert/rewrite/device-texts.h"
#include "convert/rewrite/disable.h"
#include "convert/rewrite/fallback.h"
#include "convert/rewrite/file-contexts.h"
#include "convert/rewrite/injection.h"
#include "convert/rewrite/label.h"
#include "convert/rewrite/raid-erase.h"
#include "convert/rewrite/replacement.h"
#include "convert/rewrite/texts.h"
#include "convert/rewrite/trim.h"
#include "convert/rewrite/undo-marks.h"
#include "convert/size/host.h"
#include "convert/size/layout.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/image-store.h"

/* Everything that lives as long as the conversion. */
struct conversion {
	const struct conversion_request *request;
	guestfs_h *g;
	struct volumes volumes;
	struct references *references;
	struct findings *findings;
	struct changes *changes;
	struct fallback *fallback;
	struct replacement *replacement;
	struct guest *guest;
	struct file_contexts *contexts; /* NULL: no labels, or not known */
	struct agent agent;
	struct image_store *images; /* from the plan to the writing; or NULL */
	const char **disk_names;
	const struct volume *root; /* NULL: nothing known to convert */
};

static void
conversion_release(struct conversion *conversion)
{
	/* The overlays of what is not finished are thrown away. */
	if (conversion->g != NULL)
		guestfs_set_autosync(conversion->g, 0);
	appliance_kill(conversion->g);
	references_free(conversion->references);
	findings_free(conversion->findings);
	changes_free(conversion->changes);
	fallback_free(conversion->fallback);
	file_contexts_free(conversion->contexts);
	agent_release(&conversion->agent);
	image_store_free(conversion->images);
	replacement_free(conversion->replacement);
	guest_free(conversion->guest);
	volumes_release(&conversion->volumes);
	free(conversion->disk_names);
}

static void
begin_stage(const struct conversion *conversion, const char *stage)
{
	log_debug("stage %s", stage);
	if (conversion->request->stage != NULL)
		conversion->request->stage(conversion->request->cookie, stage);
}

static int
open_disks(struct conversion *conversion, struct error *err)
{
	const struct conversion_request *request = conversion->request;
	AUTO(freep) struct appliance_disk *disks =
		calloc(request->disk_count, sizeof *disks);

	conversion->disk_names =
		calloc(request->disk_count, sizeof *conversion->disk_names);
	conversion->findings = findings_new();
	conversion->changes = changes_new();
	conversion->guest = guest_new();
	if (!request->assess_only && !request->trim_only)
		conversion->images = image_store_new();
	if (disks == NULL || conversion->disk_names == NULL ||
		conversion->findings == NULL || conversion->changes == NULL ||
		conversion->guest == NULL)
		return error_set(err, ENOMEM, "convert %s", request->machine);
	for (size_t i = 0; i < request->disk_count; i++) {
		disks[i] = (struct appliance_disk){
			.path = request->disks[i].path,
			.format = request->disks[i].format,
			.sector_bytes = request->disks[i].sector_bytes};
		conversion->disk_names[i] = request->disks[i].name;
	}
	return appliance_open(&conversion->g, disks, request->disk_count,
		request->luks_keys != NULL, err);
}

/* Today, as the rules compare it. */
static void
read_today(char today[16])
{
	time_t now = time(NULL);
	struct tm utc;

	strftime(today, 16, "%Y-%m-%d", gmtime_r(&now, &utc));
}

/* What makes no sense without texts that were left out or not written. */
static void
give_up(struct conversion *conversion)
{
	replacement_check(conversion->replacement, conversion->changes,
		conversion->findings);
	agent_check(&conversion->agent, conversion->guest,
		conversion->request->guest_agent, conversion->changes,
		conversion->findings);
}

/* The agent's files, which are planned last, are in the list as well. */
static int
plan_undo(struct conversion *conversion, const struct files *files,
	struct error *err)
{
	AUTO(changes_freep) struct changes *later = changes_new();
	struct guest_files guest_files;

	if (later == NULL)
		return error_set(err, ENOMEM, "plan the agent");
	guest_libguestfs_open(&guest_files, conversion->g);
	if (agent_install(&conversion->agent, &guest_files, later, err) == -1)
		return -1;
	return undo_marks_plan(files, later, conversion->changes, err);
}

/* Apply the rules to a snapshot of the guest. */
static int
examine_guest(struct conversion *conversion, struct error *err)
{
	const struct conversion_request *request = conversion->request;
	AUTO(files_freep) struct files *files = files_new();
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(json_decrefpp) json_t *guest = guest_to_json(conversion->guest);
	AUTO(json_decrefpp) json_t *host = host_processor("");
	char today[16];
	struct guest_files mounted;
	struct examination examination = {
		.files = files,
		.packages = packages,
		.inventory = request->inventory,
		.host = host,
		.guest = guest,
		.today = today,
		.findings = conversion->findings,
	};

	if (files == NULL || packages == NULL || guest == NULL)
		return error_set(err, ENOMEM, "examine %s", request->machine);
	read_today(today);
	if (conversion->root != NULL) {
		snapshot_take(files, packages, conversion->g,
			conversion->findings);
		if (disable_plan(&examination, conversion->guest->init,
			    conversion->changes, err) == -1 ||
			console_plan_units(&examination, conversion->changes,
				err) == -1 ||
			plan_undo(conversion, files, err) == -1 ||
			labels_plan(&conversion->contexts, conversion->g,
				conversion->changes, conversion->findings,
				err) == -1)
			return -1;
		guest_libguestfs_open(&mounted, conversion->g);
		if (changes_check_room(conversion->changes, &mounted,
			    conversion->guest, conversion->findings, err) == -1)
			return -1;
		give_up(conversion);
	}
	raid_check(conversion->guest, &conversion->volumes, conversion->root,
		conversion->changes, conversion->findings);
	if (request->inventory == NULL)
		findings_add_limit(conversion->findings, false,
			"there is no inventory: the hardware was not looked at");
	examine(&examination);
	if (request->waivers != NULL)
		findings_waive(conversion->findings, request->waivers,
			request->machine, today);
	return 0;
}

static int
inject(struct conversion *conversion, bool dry_run, struct error *err)
{
	return injection_run(conversion->g, dry_run, conversion->guest,
		conversion->references, conversion->findings,
		conversion->changes, conversion->images, err);
}

/* Of a system whose root stays locked, /boot alone is known. */
static int
assess_locked(struct conversion *conversion, struct error *err)
{
	struct guest *guest = conversion->guest;

	finding_add(conversion->findings, "storage.locked-root",
		guest->root_device, 0, guest->root_type, NULL);
	findings_add_limit(conversion->findings, true,
		"the system is encrypted, and no passphrase opened it");
	if (injection_find_kernels(conversion->g, guest, err) == -1)
		return -1;
	boot_find_default(conversion->g, guest, conversion->findings);
	return inject(conversion, true, err);
}

static int
assess_rootless(struct conversion *conversion, struct error *err)
{
	const struct guest *guest = conversion->guest;

	if (!guest->locked) {
		finding_add(conversion->findings, "os.unknown",
			conversion->request->disks[0].name, 0, guest->os_type,
			NULL);
		findings_add_limit(conversion->findings, true,
			"no system that is known was found on the disks");
	} else if (assess_locked(conversion, err) == -1) {
		return -1;
	}
	return examine_guest(conversion, err);
}

/* What is there, and what would be done about it. */
static int
assess(struct conversion *conversion, struct error *err)
{
	struct guest *guest = conversion->guest;
	const json_t *inventory = conversion->request->inventory;
	struct guest_files files;

	if (volumes_scan(&conversion->volumes, conversion->g,
		    conversion->disk_names, conversion->request->disk_count,
		    err) == -1 ||
		unlock_all(&conversion->volumes, conversion->g,
			conversion->request->luks_keys, conversion->findings,
			err) == -1)
		return -1;
	conversion->references = references_new(&conversion->volumes,
		inventory, conversion->disk_names,
		conversion->request->disk_count);
	if (conversion->references == NULL)
		return error_set(err, ENOMEM, "assess the disks");
	if (inspect_mount(&conversion->root, conversion->g, guest,
		    &conversion->volumes, conversion->references, inventory,
		    conversion->findings, err) == -1)
		return -1;
	log_debug("mounted %zu file systems", guest->mount_count);
	twins_check(&conversion->volumes, inventory, conversion->disk_names,
		conversion->request->disk_count, conversion->findings);
	inspect_facts(conversion->g, guest, &conversion->volumes, inventory,
		conversion->findings);
	if (conversion->root == NULL)
		return assess_rootless(conversion, err);
	guest_libguestfs_open(&files, conversion->g);
	if (interfaces_read(guest, &files, inventory, conversion->findings,
		    err) == -1)
		return -1;
	log_debug("read the facts");
	if (texts_plan(conversion->g, guest, conversion->root,
		    conversion->references, conversion->findings,
		    conversion->changes, err) == -1)
		return -1;
	if (device_texts_plan(conversion->g, conversion->references,
		    conversion->findings, conversion->changes, err) == -1)
		return -1;
	log_debug("planned the texts");
	if (injection_find_kernels(conversion->g, guest, err) == -1)
		return -1;
	boot_find_default(conversion->g, guest, conversion->findings);
	if (inject(conversion, true, err) == -1)
		return -1;
	if (agent_plan(&conversion->agent, guest, &files,
		    conversion->request->guest_agent, conversion->changes,
		    conversion->findings, err) == -1)
		return -1;
	boot_check_install_device(conversion->g, conversion->findings);
	boot_chain_check(conversion->g, guest, &conversion->volumes,
		conversion->findings);
	if (fallback_plan(&conversion->fallback, conversion->g, guest,
		    &conversion->volumes, inventory, conversion->references,
		    conversion->findings, err) == -1 ||
		replacement_plan(&conversion->replacement, conversion->g, guest,
			&conversion->volumes, conversion->references,
			conversion->findings, conversion->changes, err) ==
			-1 ||
		boot_table_apply(conversion->g, guest, &conversion->volumes,
			conversion->findings, NULL, err) == -1)
		return -1;
	log_debug("planned the drivers");
	return examine_guest(conversion, err);
}

/*
 * The VM has what the default kernel can drive, and what takes all the disks.
 * Where nothing is known, or nothing fits, what most kernels drive.
 */
static void
choose_hardware(const struct conversion *conversion)
{
	struct guest *guest = conversion->guest;
	const struct guest_kernel *kernel = guest_default_kernel(guest);
	bool is_uefi = strcmp(guest->firmware, "uefi") == 0;
	struct guest_hardware *hardware = &guest->hardware;

	hardware->disk_bus = is_uefi ? "sata" : "ide";
	hardware->nic_model = "e1000";
	for (size_t i = 0; kernel != NULL && kernel->disks[i] != NULL; i++) {
		if (hardware_disk_limit(kernel->disks[i]) <
			conversion->request->disk_count)
			continue;
		hardware->disk_bus = kernel->disks[i];
		break;
	}
	if (kernel != NULL && kernel->cards[0] != NULL)
		hardware->nic_model = kernel->cards[0];
	/* q35 has no IDE. */
	hardware->machine = is_uefi && strcmp(hardware->disk_bus, "ide") != 0
		? "q35"
		: "pc";
}

static int
write_json(const struct conversion *conversion, const char *name,
	json_t *taken, struct error *err)
{
	AUTO(json_decrefpp) json_t *json = taken;
	AUTO(freep) char *path = io_format("%s/%s",
		conversion->request->report_folder, name);

	if (json == NULL || path == NULL)
		return error_set(err, ENOMEM, "write %s", name);
	return json_file_write(path, json, err);
}

static int
write_report(struct conversion *conversion, bool applied, struct error *err)
{
	const struct conversion_request *request = conversion->request;

	if ((conversion->root != NULL || conversion->guest->locked) &&
		conversion->guest->kernel_count == 0)
		finding_add(conversion->findings, "linux.kernel.none", "/boot",
			0, "no kernel image", NULL);
	choose_hardware(conversion);
	if (io_make_folders(request->report_folder, err) == -1 ||
		write_json(conversion, "guest.json",
			guest_to_json(conversion->guest), err) == -1)
		return -1;
	return write_json(conversion, "findings.json",
		findings_to_json(conversion->findings, request->machine,
			applied),
		err);
}

/* While it is mounted; the report's disk map and the size-up read it. */
static int
write_layout(const struct conversion *conversion, struct error *err)
{
	return write_json(conversion, "layout.json",
		layout_read(conversion->g, &conversion->volumes,
			conversion->guest, conversion->disk_names,
			conversion->request->disk_count), err);
}

/* Everything that writes to the guest. */
static int
convert(struct conversion *conversion, struct error *err)
{
	AUTO(freep) char *folder = io_format("%s/changes",
		conversion->request->report_folder);
	struct guest_files files;

	if (folder == NULL)
		return error_set(err, ENOMEM, "record the changes");
	if (conversion->root != NULL) {
		changes_apply(conversion->changes, conversion->g,
			conversion->findings);
		give_up(conversion);
		if (inject(conversion, false, err) == -1 ||
			fallback_apply(conversion->fallback, conversion->g,
				conversion->findings, conversion->changes,
				err) == -1 ||
			boot_table_apply(conversion->g, conversion->guest,
				&conversion->volumes, conversion->findings,
				conversion->changes, err) == -1 ||
			replacement_apply(conversion->replacement,
				conversion->g, conversion->findings,
				conversion->changes, err) == -1)
			return -1;
		/* last, so that it takes no space from the drivers */
		guest_libguestfs_open(&files, conversion->g);
		if (agent_install(&conversion->agent, &files,
			    conversion->changes, err) == -1)
			return -1;
		changes_apply(conversion->changes, conversion->g,
			conversion->findings);
		if (labels_apply(conversion->contexts, conversion->g,
			    conversion->changes, conversion->findings,
			    err) == -1)
			return -1;
		changes_apply(conversion->changes, conversion->g,
			conversion->findings);
	} else if (conversion->guest->locked &&
		inject(conversion, false, err) == -1) {
		return -1;
	}
	if (raid_check(conversion->guest, &conversion->volumes,
		    conversion->root, conversion->changes,
		    conversion->findings) &&
		raid_erase(conversion->g, conversion->guest,
			&conversion->volumes, conversion->changes, err) == -1)
		return -1;
	if (!conversion->request->no_trim)
		trim_others(conversion->g, conversion->guest,
			&conversion->volumes, conversion->findings);
	return changes_record(conversion->changes, folder, err);
}

static int
run(struct conversion *conversion, struct error *err)
{
	begin_stage(conversion, "assess");
	if (open_disks(conversion, err) == -1 ||
		assess(conversion, err) == -1 ||
		write_report(conversion, false, err) == -1 ||
		write_layout(conversion, err) == -1)
		return -1;
	if (conversion->request->assess_only)
		return 0;
	if (!conversion->request->no_trim) {
		begin_stage(conversion, "trim");
		if (trim_mounted(conversion->g, conversion->guest,
			    &conversion->volumes, conversion->findings, err) ==
			-1)
			return -1;
	}
	if (conversion->request->trim_only) {
		if (!conversion->request->no_trim)
			trim_others(conversion->g, conversion->guest,
				&conversion->volumes, conversion->findings);
		return appliance_close(take(conversion->g), err);
	}
	begin_stage(conversion, "convert");
	if (convert(conversion, err) == -1 ||
		write_report(conversion, true, err) == -1)
		return -1;
	return appliance_close(take(conversion->g), err);
}

static void
fill_result(struct conversion_result *result,
	const struct conversion *conversion)
{
	const struct findings *findings = conversion->findings;

	*result = (struct conversion_result){
		.blockers = findings_count(findings, SEVERITY_BLOCKER),
		.warnings = findings_count(findings, SEVERITY_WARNING),
		.informations = findings_count(findings, SEVERITY_INFORMATION),
		.tier = findings_tier(findings),
		.converted = (conversion->root != NULL ||
				     conversion->guest->locked) &&
			!conversion->request->assess_only &&
			!conversion->request->trim_only,
	};
	if (result->converted)
		result->change_count = changes_count(conversion->changes);
	snprintf(result->os_name, sizeof result->os_name, "%.127s",
		conversion->guest->name);
}

int
conversion_run(const struct conversion_request *request,
	struct conversion_result *result_out, struct error *err)
{
	AUTO(conversion_release) struct conversion conversion = {
		.request = request,
	};

	if (request->disk_count == 0)
		return error_set(err, EINVAL, "%s has no disks",
			request->machine);
	if (run(&conversion, err) == -1)
		return -1;
	fill_result(result_out, &conversion);
	return 0;
}
