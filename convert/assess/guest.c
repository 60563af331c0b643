/*
 * The facts about the guest, and guest.json, which is how the later stages
 * read them.  inspect.c fills most of them in.
 */
#include "convert/assess/guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"

struct guest *
guest_new(void)
{
	struct guest *guest = calloc(1, sizeof *guest);

	if (guest == NULL)
		return NULL;
	guest->os_type = "unknown";
	guest->firmware = "bios";
	guest->clock = "utc";
	guest->hardware = (struct guest_hardware){"pc", "ide", "e1000"};
	return guest;
}

void
guest_free(struct guest *guest)
{
	free(guest);
}

static bool
is_on_way(const char *target, const char *path)
{
	size_t bytes = strlen(target);

	return strcmp(target, "/") == 0 ||
		(strncmp(path, target, bytes) == 0 &&
			(path[bytes] == '/' || path[bytes] == '\0'));
}

const struct guest_mount *
guest_mount_of(const struct guest *guest, const char *path)
{
	const struct guest_mount *best = NULL;

	for (size_t i = 0; i < guest->mount_count; i++) {
		const struct guest_mount *mount = &guest->mounts[i];

		if (is_on_way(mount->target, path) && (best == NULL ||
			strlen(mount->target) >= strlen(best->target)))
			best = mount;
	}
	return best;
}

const struct guest_kernel *
guest_default_kernel(const struct guest *guest)
{
	for (size_t i = 0; i < guest->kernel_count; i++) {
		if (guest->kernels[i].is_default)
			return &guest->kernels[i];
	}
	return NULL;
}

struct guest_interface *
guest_interface(struct guest *guest, const char *name)
{
	struct guest_interface *interface;

	for (size_t i = 0; i < guest->interface_count; i++) {
		if (strcmp(guest->interfaces[i].name, name) == 0)
			return &guest->interfaces[i];
	}
	if (guest->interface_count == GUEST_INTERFACES ||
		strlen(name) >= sizeof interface->name)
		return NULL;
	interface = &guest->interfaces[guest->interface_count++];
	snprintf(interface->name, sizeof interface->name, "%s", name);
	return interface;
}

static json_t *
text(const char *value)
{
	return value == NULL || *value == '\0'
		? json_null()
		: json_safe_string(value, strlen(value));
}

static json_t *
names_json(const char *const *names)
{
	json_t *json = json_array();

	for (; *names != NULL; names++)
		json_array_append_new(json, json_string(*names));
	return json;
}

static json_t *
kernel_json(const struct guest_kernel *kernel)
{
	return json_pack("{so so so so sb sb sb so so sb}", "version",
		text(kernel->version), "image", text(kernel->image),
		"initramfs", text(kernel->initramfs), "generator",
		text(kernel->generator), "default", kernel->is_default,
		"virtio_blk", kernel->virtio_blk, "virtio_net",
		kernel->virtio_net, "disk_buses", names_json(kernel->disks),
		"nic_models", names_json(kernel->cards), "injected",
		kernel->injected);
}

static json_t *
interface_json(const struct guest_interface *interface)
{
	json_t *addresses = json_array();

	for (size_t i = 0; i < interface->address_count; i++)
		json_array_append_new(addresses,
			text(interface->addresses[i]));
	return json_pack("{so so so so sb so so so si so sb sb sb}", "name",
		text(interface->name), "mac", text(interface->mac),
		"addresses", addresses, "gateway", text(interface->gateway),
		"dhcp", interface->dhcp, "kind",
		text(interface->is_card ? "card" : interface->kind), "master",
		text(interface->master), "parent", text(interface->parent),
		"vlan", (int)interface->vlan, "mode", text(interface->mode),
		"asks_peers", interface->asks_peers, "off", interface->is_off,
		"missing", interface->is_missing);
}

static json_t *
mount_json(const struct guest_mount *mount)
{
	return json_pack("{so so so so sb}", "target", text(mount->target),
		"device", text(mount->device), "uuid", text(mount->uuid),
		"type", text(mount->type), "noauto", mount->is_noauto);
}

static json_t *
service_json(const struct guest_service *service)
{
	json_t *ports = json_array();

	for (size_t i = 0; i < service->port_count; i++)
		json_array_append_new(ports,
			json_pack("{ss si}", "protocol", "tcp", "port",
				(int)service->tcp_ports[i]));
	return json_pack("{so so}", "name", text(service->name), "ports",
		ports);
}

static json_t *
lists_json(const struct guest *guest)
{
	json_t *kernels = json_array(), *interfaces = json_array();
	json_t *mounts = json_array(), *swaps = json_array();
	json_t *services = json_array();

	for (size_t i = 0; i < guest->kernel_count; i++)
		json_array_append_new(kernels, kernel_json(&guest->kernels[i]));
	for (size_t i = 0; i < guest->interface_count; i++)
		json_array_append_new(interfaces,
			interface_json(&guest->interfaces[i]));
	for (size_t i = 0; i < guest->mount_count; i++)
		json_array_append_new(mounts, mount_json(&guest->mounts[i]));
	for (size_t i = 0; i < guest->swap_count; i++)
		json_array_append_new(swaps, text(guest->swaps[i]));
	for (size_t i = 0; i < guest->service_count; i++)
		json_array_append_new(services,
			service_json(&guest->services[i]));
	return json_pack("{so so so so so}", "kernels", kernels, "interfaces",
		interfaces, "mounts", mounts, "swap", swaps, "services",
		services);
}

json_t *
guest_to_json(const struct guest *guest)
{
	AUTO(json_decrefpp) json_t *lists = lists_json(guest);
	json_t *json = json_pack(
		"{ss s{ss so so so so} so so ss so s{sb so so so} ss so}", "format",
		"unrack-guest/1", "os", "type", guest->os_type, "distro",
		text(guest->distro), "name", text(guest->name), "version",
		text(guest->version), "arch", text(guest->arch), "hostname",
		text(guest->hostname), "init", text(guest->init), "firmware",
		guest->firmware, "boot_disk", text(guest->boot_disk),
		"root", "locked", guest->locked,
		"device", text(guest->root_device),
		"uuid", text(guest->root_uuid), "type", text(guest->root_type),
		"clock", guest->clock, "guest_agent",
		text(guest->agent));
	AUTO(json_decrefpp) json_t *hardware = json_pack("{s{ss ss ss}}",
		"hardware", "machine", guest->hardware.machine, "disk_bus",
		guest->hardware.disk_bus, "nic_model",
		guest->hardware.nic_model);

	if (json == NULL || json_object_update(json, lists) == -1 ||
		json_object_update(json, hardware) == -1) {
		json_decref(json);
		return NULL;
	}
	return json;
}
