#ifndef CONVERT_VERIFY_PCAP_H
#define CONVERT_VERIFY_PCAP_H

#include <stddef.h>
#include <stdint.h>

struct error;

enum { PCAP_SERVICE_LIMIT = 64, PCAP_MAC_LIMIT = 64 };

/*
 * What the frames of one of the guest's cards tell.  Set the first three members
 * and zero the rest.
 */
struct pcap_facts {
	/* The guest's addresses: its cards', and of bridges that it sends as. */
	uint8_t macs[PCAP_MAC_LIMIT][6];
	size_t mac_count;
	const char *network;	 /* of the card, "192.0.2.0/24" */
	uint64_t frames;
	uint64_t from_guest;
	uint64_t attempts;	 /* of the guest to reach an address outside */
	uint64_t answers;	 /* to the guest from an address outside */
	/* Where the guest accepted a TCP connection (SYN+ACK); no duplicates. */
	struct pcap_service {
		uint32_t address;
		uint16_t port;
	} services[PCAP_SERVICE_LIMIT];
	size_t service_count;
};

/*
 * Read a capture of Ethernet frames in the classic pcap format, as QEMU's
 * filter-dump writes it.  The guest decides what is in it: nothing is trusted.
 * A file that ends within a frame (QEMU is writing) ends before that frame.
 * Fails on anything else than pcap.
 */
int pcap_read(struct pcap_facts *facts, const uint8_t *data, size_t bytes,
	struct error *err);

#endif
