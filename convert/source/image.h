#ifndef CONVERT_SOURCE_IMAGE_H
#define CONVERT_SOURCE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/block.h"
#include "wire/hash.h"

struct error;

/*
 * The captured disk: FOLDER/NAME.raw, sparse and as large as the disk, and
 * FOLDER/NAME.map, which says for each block of 64 KiB whether it is there and
 * what its hash is.
 *
 * The map begins with IMAGE_HEADER_BYTES, little endian:
 *
 *	 0  u8[8] magic "UNRKMAP1"
 *	 8  u32 version		1
 *	12  u32 block_bytes
 *	16  u64 disk_bytes
 *	24  u8[32] name of the hash, padded with NUL
 *	56  u32 generation	that this is; 0 while the first is not complete
 *	60  u8[36] session	that the blocks came from, padded with NUL
 *	96  u32 check		CRC-32 of the bytes before it
 *     512  u8[36] session	that a comparison was begun with, or zeros
 *     548  u32 0
 *     552  u64 blocks		so many from the first were compared
 *     560  u32 check		CRC-32 of the bytes since 512
 *
 * and goes on with one entry of IMAGE_ENTRY_BYTES for each block:
 *
 *	 0  u8 state		0 absent, 1 present
 *	 1  u8 flags		IMAGE_BAD, IMAGE_ZERO, IMAGE_BASE
 *	 2  u16 0
 *	 4  u32 check		CRC-32 of the block's number (u64) and the
 *				entry with this field 0
 *	 8  u8[32] hash
 *
 * An entry whose check does not fit is absent.  Entries reach the file only
 * after the data of their blocks was made durable, so whatever the map says
 * after a crash is true.  Sectors that the source could not read are zeros in
 * the image and lines "offset_bytes length_bytes" of FOLDER/NAME.bad, which are
 * durable before the entry as well.
 *
 * Once a generation is complete these files change no more: the image is then
 * the next generation, in NAME.next, NAME.next-map and NAME.next-bad of the same
 * formats.  An entry with IMAGE_BASE has its data, and its bad sectors, in the
 * complete one.  fold_run() joins the two.
 *
 * Memory: three bits for each block.  Every function is safe from any thread.
 */
enum {
	IMAGE_HEADER_BYTES = 4096,
	IMAGE_ENTRY_BYTES = 40,
	IMAGE_BAD = 1,
	IMAGE_ZERO = 2,
	IMAGE_BASE = 4
};

struct image;

/*
 * Open, or create.  `session` names the source's boot.  An image of another
 * disk size fails with EEXIST; a damaged map is begun anew.
 */
int image_open(struct image **image_out, const char *folder, const char *name,
	uint64_t disk_bytes, const char *session, struct error *err);

/* Loses what was stored since the last flush.  Does nothing to NULL. */
void image_close(struct image *image);
static inline void
image_closep(struct image **image)
{
	image_close(*image);
}

uint64_t image_disk_bytes(const struct image *image);
uint64_t image_blocks(const struct image *image);
uint32_t image_block_bytes(const struct image *image, uint64_t block);

/*
 * The paths of the data (NAME.raw or NAME.next) and of its map, and of the
 * complete generation's data below it, or NULL; borrowed.
 */
const char *image_path(const struct image *image);
const char *image_map_path(const struct image *image);
const char *image_base_path(const struct image *image);

/*
 * True when the blocks came from another session: the source was booted in
 * between and may have changed them.  Each known block must then be compared
 * with the source, and dropped when it differs, before image_adopt().  Known
 * are those that are there and those of the complete generation; of the latter,
 * image_keep() makes one that is still the same part of the next, without its
 * data.
 */
bool image_is_foreign(struct image *image);
bool image_is_known(const struct image *image, uint64_t block);
uint64_t image_known_bytes(const struct image *image);
int image_keep(struct image *image, uint64_t block,
	const uint8_t hash[HASH_BYTES], bool is_bad, bool *kept_out,
	struct error *err);
int image_adopt(struct image *image, struct error *err);

/*
 * How far a comparison came: the known blocks before this one are those of the
 * source as it is in this session.  What is noted is durable, and so are all
 * removals before it; it counts until another session opens the image.
 */
uint64_t image_proven_blocks(const struct image *image);
int image_note_proven(struct image *image, uint64_t blocks, struct error *err);

/* Whether the block can be read with image_read(). */
bool image_has(const struct image *image, uint64_t block);

/*
 * Store a block whose hash was checked.  `data` NULL stores zeros, as a hole.
 * `bad_map` (as in wire/block.h) or NULL.  A block that is there is left alone.
 * The caller sees to it that no block is stored by two threads at once.
 */
int image_store(struct image *image, uint64_t block, const void *data,
	const uint8_t hash[HASH_BYTES], const uint8_t *bad_map,
	struct error *err);

/*
 * Store a block from bytes of another file on this host, as an extent that both
 * share when the file system can.  `fd` -1 takes them from the image itself.
 * What arrives is read back and counts only when it has the hash; else, and when
 * it cannot be read, *taken_out is false and the block stays absent.
 */
int image_take(struct image *image, uint64_t block, int fd,
	uint64_t offset_bytes, const uint8_t hash[HASH_BYTES], bool *taken_out,
	struct error *err);

/* Bytes of blocks that are there. */
int image_read(const struct image *image, uint64_t offset_bytes, void *data,
	size_t bytes, struct error *err);

/* The hash of a present block. */
int image_hash(struct image *image, uint64_t block,
	uint8_t hash_out[HASH_BYTES], struct error *err);

/* Whether sectors of a present block could not be read. */
int image_is_bad(struct image *image, uint64_t block, bool *bad_out,
	struct error *err);

/* Forget a block: durably once anything is stored or a checkpoint is made. */
int image_drop(struct image *image, uint64_t block, struct error *err);

/*
 * Make what was stored durable, then write its entries.  image_flush_old() does
 * so only when something waits for more than two seconds.  image_checkpoint()
 * makes the entries durable too.  After a failure nothing more is recorded.
 */
int image_flush(struct image *image, struct error *err);
int image_flush_old(struct image *image, struct error *err);
int image_checkpoint(struct image *image, struct error *err);

/* Bytes present, and of those bytes in blocks of zeros. */
void image_count(struct image *image, uint64_t *present_out,
	uint64_t *zero_out);

/* How many sectors of present blocks could not be read. */
int image_bad_sectors(struct image *image, uint64_t *count_out,
	struct error *err);

/* One hash for the whole disk (root.h). */
int image_root(struct image *image, char hex_out[HASH_HEX_BYTES],
	struct error *err);

#endif
