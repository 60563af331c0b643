#include "wire/seal.h"

#include <errno.h>
#include <string.h>

#include "tests/harness.h"

static const uint8_t key[KEY_BYTES] = "0123456789abcdef0123456789abcde";
static const uint8_t salt[SEAL_SALT_BYTES] = "salt";

struct piece {
	uint8_t head[8], data[100], tag[SEAL_TAG_BYTES];
};

static struct seal *
make(const uint8_t *with, const uint8_t *salted, const char *label)
{
	struct seal *seal;
	struct error err;

	assert_ok(seal_new(&seal, with, salted, label, strlen(label), &err),
		&err);
	return seal;
}

static void
seal_piece(struct seal *seal, struct piece *piece)
{
	struct error err;

	memset(piece, 'h', sizeof *piece);
	memcpy(piece->data, "what is in it", 13);
	assert_ok(seal_close(seal, 7, piece->head, sizeof piece->head,
		piece->data, sizeof piece->data, piece->tag, &err), &err);
}

static int
opens(struct seal *seal, uint64_t position, const struct piece *sealed)
{
	struct piece piece = *sealed;
	struct error err;

	if (seal_open(seal, position, piece.head, sizeof piece.head, piece.data,
		    sizeof piece.data, piece.tag, &err) == -1) {
		assert_int_equal(err.code, EBADMSG);
		return 0;
	}
	assert_memory_equal(piece.data, "what is in it", 13);
	return 1;
}

static void
a_sealed_piece_opens_again(void **state)
{
	struct seal *plain = make(NULL, salt, "a"), *locked = make(key, salt,
		"a");
	struct piece piece;

	(void)state;
	seal_piece(plain, &piece);
	assert_memory_equal(piece.data, "what is in it", 13);
	assert_true(opens(plain, 7, &piece));
	seal_piece(locked, &piece);
	assert_memory_not_equal(piece.data, "what is in it", 13);
	assert_true(opens(locked, 7, &piece));
	seal_free(plain);
	seal_free(locked);
}

static void
any_changed_byte_is_found(void **state)
{
	(void)state;
	for (int locked = 0; locked < 2; locked++) {
		struct seal *seal = make(locked ? key : NULL, salt, "a");
		struct piece piece;

		seal_piece(seal, &piece);
		for (size_t i = 0; i < sizeof piece; i++) {
			((uint8_t *)&piece)[i] ^= 0x10;
			assert_false(opens(seal, 7, &piece));
			((uint8_t *)&piece)[i] ^= 0x10;
		}
		assert_true(opens(seal, 7, &piece));
		assert_false(opens(seal, 8, &piece));
		seal_free(seal);
	}
}

static void
key_salt_and_label_make_another_seal(void **state)
{
	static const uint8_t other[KEY_BYTES] = "another", pepper[32] = "p";
	struct seal *seals[] = {make(key, salt, "a"), make(other, salt, "a"),
		make(key, pepper, "a"), make(key, salt, "b"),
		make(NULL, salt, "a"), make(NULL, salt, "b")};
	struct piece piece;

	(void)state;
	seal_piece(seals[0], &piece);
	for (size_t i = 1; i < 6; i++)
		assert_false(opens(seals[i], 7, &piece));
	seal_piece(seals[4], &piece);
	assert_false(opens(seals[5], 7, &piece));
	for (size_t i = 0; i < 6; i++)
		seal_free(seals[i]);
}

/*
 * The key and the cipher as RFC 5869 and RFC 8439 have them, computed with
 * another implementation: who writes another reader of
 * carry sets can check hers.
 */
static void
the_ciphertext_is_the_documented_one(void **state)
{
	struct seal *seal = make(key, salt, "label");
	uint8_t data[5] = "hello", tag[SEAL_TAG_BYTES];
	static const uint8_t wanted[] = {0x5a, 0xcb, 0xeb, 0x9a, 0x1c};
	static const uint8_t wanted_tag[] = {0xeb, 0x55, 0xaf, 0xb6, 0xe9, 0x7a, 0x57, 0x74,
		0x5f, 0x3c, 0x84, 0xc7, 0x9b, 0xfd, 0x4c, 0x46};
	struct error err;

	(void)state;
	assert_ok(seal_close(seal, 258, "head", 4, data, sizeof data, tag,
		&err), &err);
	assert_memory_equal(data, wanted, sizeof wanted);
	assert_memory_equal(tag, wanted_tag, sizeof wanted_tag);
	seal_free(seal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_piece_opens_again),
		cmocka_unit_test(any_changed_byte_is_found),
		cmocka_unit_test(key_salt_and_label_make_another_seal),
		cmocka_unit_test(the_ciphertext_is_the_documented_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
