/* Captures made here byte by byte, whole and broken. */
#include "tests/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "convert/verify/pcap.h"

enum { GUEST = 1, OTHER = 2 };

struct capture {
	uint8_t data[4096];
	size_t bytes;
};

static void
put32(struct capture *capture, uint32_t value)
{
	memcpy(capture->data + capture->bytes, &value, 4);
	capture->bytes += 4;
}

static void
begin(struct capture *capture)
{
	memset(capture, 0, sizeof *capture);
	put32(capture, 0xa1b2c3d4);
	put32(capture, 0x00040002);
	put32(capture, 0);
	put32(capture, 0);
	put32(capture, 65536);
	put32(capture, 1);
}

static void
set_be32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* An IPv4 TCP segment with these flags, in `tags` VLAN tags. */
static void
add(struct capture *capture, int sender, uint32_t from, uint32_t to,
	uint8_t flags, size_t tags)
{
	uint8_t frame[80] = {0x52, 0x54, 0, 0, 0, 9, 0x52, 0x54, 0, 0, 0,
		(uint8_t)sender};
	uint8_t *ip = frame + 14 + 4 * tags;
	size_t bytes = 14 + 4 * tags + 40;

	for (size_t i = 0; i < tags; i++)
		frame[12 + 4 * i] = 0x81;
	frame[12 + 4 * tags] = 0x08;
	ip[0] = 0x45;
	ip[9] = 6;
	set_be32(ip + 12, from);
	set_be32(ip + 16, to);
	ip[20] = 8080 >> 8;
	ip[21] = 8080 & 0xff;
	ip[33] = flags;
	put32(capture, 1);
	put32(capture, 2);
	put32(capture, (uint32_t)bytes);
	put32(capture, (uint32_t)bytes);
	memcpy(capture->data + capture->bytes, frame, bytes);
	capture->bytes += bytes;
}

static struct pcap_facts
fresh(void)
{
	return (struct pcap_facts){.macs = {{0x52, 0x54, 0, 0, 0, GUEST}},
		.mac_count = 1,
		.network = "192.0.2.0/24"};
}

/* In memory of exactly this size, so that a step too far is found. */
static int
read_exactly(struct pcap_facts *facts, const struct capture *capture,
	size_t bytes, struct error *err)
{
	uint8_t *copy = malloc(bytes + !bytes);
	int result;

	assert_non_null(copy);
	memcpy(copy, capture->data, bytes);
	result = pcap_read(facts, copy, bytes, err);
	free(copy);
	return result;
}

#define IN 0xc000020a      /* 192.0.2.10 */
#define GATEWAY 0xc0000201
#define OUT 0x08080808

static void
accepted_connection_of_the_guest_is_a_service(void **state)
{
	struct pcap_facts facts = fresh();
	struct capture capture;
	struct error err = {0};

	(void)state;
	begin(&capture);
	add(&capture, OTHER, GATEWAY, IN, 0x02, 0);
	add(&capture, GUEST, IN, GATEWAY, 0x12, 0);
	add(&capture, GUEST, IN, GATEWAY, 0x12, 1);
	assert_ok(read_exactly(&facts, &capture, capture.bytes, &err), &err);
	assert_int_equal(facts.frames, 3);
	assert_int_equal(facts.from_guest, 2);
	assert_int_equal(facts.service_count, 1);
	assert_int_equal(facts.services[0].address, IN);
	assert_int_equal(facts.services[0].port, 8080);
}

static void
refusals_and_answers_of_others_are_no_service(void **state)
{
	struct pcap_facts facts = fresh();
	struct capture capture;
	struct error err = {0};

	(void)state;
	begin(&capture);
	add(&capture, GUEST, IN, GATEWAY, 0x14, 0); /* RST+ACK */
	add(&capture, GUEST, IN, GATEWAY, 0x02, 0); /* SYN of its own */
	add(&capture, GUEST, IN, GATEWAY, 0x10, 0);
	add(&capture, OTHER, GATEWAY, IN, 0x12, 0);
	assert_ok(read_exactly(&facts, &capture, capture.bytes, &err), &err);
	assert_int_equal(facts.service_count, 0);
}

static void
attempts_to_leave_and_answers_from_outside_are_counted(void **state)
{
	struct pcap_facts facts = fresh();
	struct capture capture;
	struct error err = {0};

	(void)state;
	begin(&capture);
	add(&capture, GUEST, IN, OUT, 0x02, 0);
	add(&capture, GUEST, IN, OUT, 0x02, 2);
	add(&capture, GUEST, IN, 0xe0000001, 0, 0); /* multicast */
	add(&capture, GUEST, 0, 0xffffffff, 0, 0);  /* DHCP */
	assert_ok(read_exactly(&facts, &capture, capture.bytes, &err), &err);
	assert_int_equal(facts.attempts, 2);
	assert_int_equal(facts.answers, 0);
	add(&capture, OTHER, OUT, IN, 0x12, 0);
	facts = fresh();
	assert_ok(read_exactly(&facts, &capture, capture.bytes, &err), &err);
	assert_int_equal(facts.answers, 1);
}

/* A bridge sends as itself, through a card of another network. */
static void
a_bridge_of_the_guest_is_not_outside(void **state)
{
	struct pcap_facts facts = fresh();
	struct capture capture;
	struct error err = {0};

	(void)state;
	facts.network = "10.0.0.0/24";
	begin(&capture);
	add(&capture, OTHER, IN, 0xe0000016, 0, 0);
	assert_ok(read_exactly(&facts, &capture, capture.bytes, &err), &err);
	assert_int_equal(facts.answers, 1);
	facts = fresh();
	facts.network = "10.0.0.0/24";
	memcpy(facts.macs[1], (uint8_t[]){0x52, 0x54, 0, 0, 0, OTHER}, 6);
	facts.mac_count = 2;
	assert_ok(read_exactly(&facts, &capture, capture.bytes, &err), &err);
	assert_int_equal(facts.answers, 0);
	assert_int_equal(facts.from_guest, 1);
}

static void
cut_capture_gives_the_whole_frames_before_the_cut(void **state)
{
	struct capture capture;
	size_t one;

	(void)state;
	begin(&capture);
	add(&capture, GUEST, IN, GATEWAY, 0x12, 0);
	one = capture.bytes;
	add(&capture, GUEST, IN, OUT, 0x02, 2);
	for (size_t bytes = 0; bytes <= capture.bytes; bytes++) {
		struct pcap_facts facts = fresh();
		struct error err = {0};
		int result = read_exactly(&facts, &capture, bytes, &err);

		assert_int_equal(result, bytes < 24 ? -1 : 0);
		assert_int_equal(facts.frames, bytes < one ? 0
			: bytes < capture.bytes ? 1 : 2);
	}
}

static void
frames_cut_anywhere_are_read_no_further(void **state)
{
	(void)state;
	for (uint32_t length = 0; length < 62; length++) {
		struct pcap_facts facts = fresh();
		struct capture capture;
		struct error err = {0};

		begin(&capture);
		add(&capture, GUEST, IN, OUT, 0x12, 2);
		memcpy(capture.data + 24 + 8, &length, 4);
		assert_ok(read_exactly(&facts, &capture, 24 + 16 + length, &err),
			&err);
		assert_int_equal(facts.frames, 1);
		assert_int_equal(facts.service_count, length >= 62);
	}
}

static void
absurd_lengths_and_other_formats_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} changes[] = {{0, 0x0a0d0d0a}, {20, 101}, {32, 0xffffffff},
		{32, 262145}};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct pcap_facts facts = fresh();
		struct capture capture;
		struct error err = {0};

		begin(&capture);
		add(&capture, GUEST, IN, GATEWAY, 0x12, 0);
		memcpy(capture.data + changes[i].at, &changes[i].value, 4);
		assert_int_equal(read_exactly(&facts, &capture, capture.bytes,
			&err), -1);
		assert_int_equal(err.code, EBADMSG);
	}
}

static void
many_services_fill_the_list_and_no_more(void **state)
{
	struct pcap_facts facts = fresh();
	struct error err = {0};

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct capture capture;

		begin(&capture);
		add(&capture, GUEST, IN + i, GATEWAY, 0x12, 0);
		assert_ok(read_exactly(&facts, &capture, capture.bytes, &err),
			&err);
	}
	assert_int_equal(facts.service_count, PCAP_SERVICE_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_connection_of_the_guest_is_a_service),
		cmocka_unit_test(refusals_and_answers_of_others_are_no_service),
		cmocka_unit_test(
			attempts_to_leave_and_answers_from_outside_are_counted),
		cmocka_unit_test(
			cut_capture_gives_the_whole_frames_before_the_cut),
		cmocka_unit_test(frames_cut_anywhere_are_read_no_further),
		cmocka_unit_test(absurd_lengths_and_other_formats_are_refused),
		cmocka_unit_test(a_bridge_of_the_guest_is_not_outside),
		cmocka_unit_test(many_services_fill_the_list_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
