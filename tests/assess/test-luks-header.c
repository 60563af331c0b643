/* Who has the key of a volume is read from its header, and from nothing else. */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/luks-header.h"

static const char json[] =
	"{\"keyslots\": {\"0\": {}, \"1\": {}, \"2\": {}}, \"tokens\": {"
	"\"0\": {\"type\": \"systemd-tpm2\", \"keyslots\": [\"1\"]}, "
	"\"1\": {\"type\": \"systemd-recovery\", \"keyslots\": [\"2\"]}}}";

static uint8_t *
make_header(const char *text, unsigned version, uint64_t size)
{
	uint8_t *header = calloc(1, LUKS_HEADER_BYTES);

	assert_non_null(header);
	memcpy(header, "LUKS\xba\xbe", 6);
	header[7] = (uint8_t)version;
	for (int i = 0; i < 8; i++)
		header[8 + i] = (uint8_t)(size >> (56 - 8 * i));
	memcpy(header + 4096, text, strlen(text));
	return header;
}

static void
tokens_and_free_slots_are_told(void **state)
{
	AUTO(freep) uint8_t *header = make_header(json, 2, LUKS_HEADER_BYTES);
	struct luks_tokens tokens;

	(void)state;
	assert_int_equal(luks_header_bytes(header, LUKS_HEADER_BYTES),
		LUKS_HEADER_BYTES);
	luks_header_tokens(&tokens, header, LUKS_HEADER_BYTES);
	assert_int_equal(tokens.count, 2);
	assert_string_equal(tokens.list[0].type, "systemd-tpm2");
	assert_int_equal(tokens.free_slots, 1);
	assert_true(tokens.is_recovery);
	assert_true(luks_token_is_sealed("systemd-tpm2"));
	assert_true(luks_token_is_sealed("clevis"));
	assert_false(luks_token_is_sealed("systemd-recovery"));
	assert_false(luks_token_is_sealed("luks2-keyring"));
}

static void
header_that_is_none_or_lies_has_no_tokens(void **state)
{
	static const struct {
		const char *text;
		unsigned version;
		uint64_t size;
	} cases[] = {
		{json, 1, LUKS_HEADER_BYTES},
		{json, 2, 4096},
		{json, 2, LUKS_HEADER_LIMIT + 1},
		{json, 2, UINT64_MAX},
		{json, 2, 2 * LUKS_HEADER_BYTES}, /* more than was read */
		{"{\"tokens\": {", 2, LUKS_HEADER_BYTES},
		{"[1]", 2, LUKS_HEADER_BYTES},
		{"{\"tokens\": [{\"type\": \"clevis\"}]}", 2, LUKS_HEADER_BYTES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO(freep) uint8_t *header = make_header(cases[i].text,
			cases[i].version, cases[i].size);
		struct luks_tokens tokens;

		luks_header_tokens(&tokens, header, LUKS_HEADER_BYTES);
		assert_int_equal(tokens.count, 0);
	}
}

static void
many_tokens_are_counted_up_to_a_limit(void **state)
{
	AUTO(freep) char *text = malloc(8192);
	AUTO(freep) uint8_t *header = NULL;
	struct luks_tokens tokens;
	size_t used = (size_t)sprintf(text, "{\"tokens\": {");

	(void)state;
	for (int i = 0; i < 100; i++)
		used += (size_t)sprintf(text + used, "%s\"%d\": {\"type\": "
			"\"clevis\"}", i == 0 ? "" : ",", i);
	sprintf(text + used, "}}");
	header = make_header(text, 2, LUKS_HEADER_BYTES);
	luks_header_tokens(&tokens, header, LUKS_HEADER_BYTES);
	assert_int_equal(tokens.count, LUKS_TOKEN_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_and_free_slots_are_told),
		cmocka_unit_test(header_that_is_none_or_lies_has_no_tokens),
		cmocka_unit_test(many_tokens_are_counted_up_to_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
