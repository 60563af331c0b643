/* No capture makes the reader count more frames than fit, or overflow a list. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "common/error.h"
#include "convert/verify/pcap.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct pcap_facts facts = {.macs = {{0x52, 0x54, 0, 0x12, 0x34, 0x56}},
		.mac_count = 1,
		.network = "192.0.2.0/24"};
	struct error err;

	pcap_read(&facts, data, bytes, &err);
	if (facts.frames > bytes / 16 || facts.from_guest > facts.frames ||
		facts.attempts + facts.answers > facts.frames ||
		facts.service_count > PCAP_SERVICE_LIMIT)
		abort();
	return 0;
}
