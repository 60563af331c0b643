/*
 * The guest's packets: whether a service accepted a connection, and whether
 * anything from outside the isolated network ever answered.
 */
#include "convert/verify/pcap.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/bytes.h"
#include "common/error.h"
#include "convert/emit/subnet.h"

enum {
	FILE_HEADER = 24,
	FRAME_HEADER = 16,
	FRAME_LIMIT = 262144,
	LINK_ETHERNET = 1,
	ETHER_HEADER = 14,
	ETHER_IPV4 = 0x0800,
	ETHER_VLAN = 0x8100,
	ETHER_QINQ = 0x88a8,
	IPV4_HEADER = 20,
	TCP_HEADER = 20,
	TCP_PROTOCOL = 6,
	TCP_SYN = 0x02,
	TCP_ACK = 0x10
};

/* The header of the file says in which order its numbers are. */
static uint32_t
number32(const uint8_t *at, bool big)
{
	return big ? bytes_big32(at) : bytes_little32(at);
}

static uint16_t
big16(const uint8_t *at)
{
	return (uint16_t)bytes_big(at, 2);
}

static void
note_service(struct pcap_facts *facts, uint32_t address, uint16_t port)
{
	for (size_t i = 0; i < facts->service_count; i++)
		if (facts->services[i].address == address &&
			facts->services[i].port == port)
			return;
	if (facts->service_count < PCAP_SERVICE_LIMIT)
		facts->services[facts->service_count++] =
			(struct pcap_service){address, port};
}

/* Unicast to or from elsewhere; 0.0.0.0 is a DHCP client without address. */
static bool
is_outside(const struct pcap_facts *facts, uint32_t address)
{
	return address != 0 && address >> 24 != 127 && address >> 28 < 14 &&
		!subnet_holds(facts->network, address);
}

static void
read_ipv4(struct pcap_facts *facts, const uint8_t *at, size_t bytes,
	bool from_guest)
{
	size_t header;
	uint32_t source, target;

	if (bytes < IPV4_HEADER || at[0] >> 4 != 4)
		return;
	header = (size_t)(at[0] & 0x0f) * 4;
	if (header < IPV4_HEADER || header > bytes)
		return;
	source = bytes_big32(at + 12);
	target = bytes_big32(at + 16);
	facts->attempts += from_guest && is_outside(facts, target);
	facts->answers += !from_guest && is_outside(facts, source);
	/* A later fragment has no TCP header. */
	if (!from_guest || at[9] != TCP_PROTOCOL ||
		(big16(at + 6) & 0x1fff) != 0 || bytes - header < TCP_HEADER)
		return;
	if ((at[header + 13] & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		note_service(facts, source, big16(at + header));
}

static bool
is_own(const struct pcap_facts *facts, const uint8_t mac[6])
{
	for (size_t i = 0; i < facts->mac_count; i++)
		if (memcmp(facts->macs[i], mac, sizeof facts->macs[i]) == 0)
			return true;
	return false;
}

static void
read_frame(struct pcap_facts *facts, const uint8_t *at, size_t bytes)
{
	size_t type = ETHER_HEADER - 2;
	bool from_guest;

	facts->frames++;
	if (bytes < ETHER_HEADER)
		return;
	from_guest = is_own(facts, at + 6);
	facts->from_guest += from_guest;
	for (int tags = 0; tags < 2 && bytes >= type + 6 &&
		(big16(at + type) == ETHER_VLAN ||
			big16(at + type) == ETHER_QINQ); tags++)
		type += 4;
	if (big16(at + type) == ETHER_IPV4)
		read_ipv4(facts, at + type + 2, bytes - type - 2, from_guest);
}

int
pcap_read(struct pcap_facts *facts, const uint8_t *data, size_t bytes,
	struct error *err)
{
	bool big;

	if (bytes < FILE_HEADER)
		return error_set(err, EBADMSG, "packet capture: no header");
	big = data[0] == 0xa1;
	if (number32(data, big) != 0xa1b2c3d4 && number32(data, big) != 0xa1b23c4d)
		return error_set(err, EBADMSG, "packet capture: not pcap");
	if ((number32(data + 20, big) & 0x0fffffff) != LINK_ETHERNET)
		return error_set(err, EBADMSG, "packet capture: not Ethernet");
	data += FILE_HEADER;
	bytes -= FILE_HEADER;
	while (bytes >= FRAME_HEADER) {
		uint32_t length = number32(data + 8, big);

		if (length > FRAME_LIMIT)
			return error_set(err, EBADMSG, "packet capture: a frame "
				"of %u bytes", length);
		if (length > bytes - FRAME_HEADER)
			return 0;
		read_frame(facts, data + FRAME_HEADER, length);
		data += FRAME_HEADER + length;
		bytes -= FRAME_HEADER + length;
	}
	return 0;
}
