/*
 * Which blocks the host holds already.  All maps together may be larger than
 * memory, so the table is a file: pages of entries, found by the first half of
 * the hash's first eight bytes, filled in sorted batches so that the file is
 * written in order.  share.c asks it.
 */
#include "convert/capture/pool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/source/image.h"
#include "convert/source/map.h"
#include "convert/state/machine.h"

enum {
	PAGE_ENTRIES = 256,
	PAGES_PROBED = 3, /* a full page goes on in the next ones */
	BATCH_ENTRIES = 1 << 20, /* 16 MiB, while the table is made */
	LOAD_ENTRIES = 4096,
	DONORS_LIMIT = 4096,
	OPEN_LIMIT = 256
};

static const uint64_t block_mask = (UINT64_C(1) << 48) - 1;

/* `where` is (donor + 1) << 48 | block; 0: no entry. */
struct entry {
	uint64_t key, where;
};

struct donor {
	char *raw_path;
	int fd;
	bool is_blamed;
};

struct pool {
	struct image *image;
	uint64_t foreign_blocks;
	uint32_t pages;
	int table_fd;

	pthread_mutex_t lock; /* guards what follows */
	struct donor *donors; /* 0 is the image itself */
	unsigned donor_count, open_count;
	struct entry *batch;
	size_t batch_count;
	struct entry page[PAGE_ENTRIES];
	uint32_t page_number; /* UINT32_MAX: none */
	bool page_is_dirty, failed;
};

static uint64_t
key_of(const uint8_t hash[HASH_BYTES])
{
	uint64_t key = 0;

	for (int i = 0; i < 8; i++)
		key = key << 8 | hash[i];
	return key;
}

/* In the order of keys, so that a sorted batch goes forward. */
static uint32_t
page_of(const struct pool *pool, uint64_t key)
{
	return (uint32_t)((key >> 32) * pool->pages >> 32);
}

/* A table that fails only costs what it would have saved. */
static bool
broken(struct pool *pool, const struct error *err)
{
	if (!pool->failed)
		log_warn("%s: no more blocks are shared: %s",
			image_path(pool->image), err->text);
	pool->failed = true;
	return false;
}

static bool
write_page(struct pool *pool)
{
	struct error err = {0};

	if (!pool->page_is_dirty)
		return true;
	if (io_pwrite(pool->table_fd, pool->page, sizeof pool->page,
		    (uint64_t)pool->page_number * sizeof pool->page,
		    "the table of shared blocks", &err) == -1)
		return broken(pool, &err);
	pool->page_is_dirty = false;
	return true;
}

static bool
read_page(struct pool *pool, uint32_t number)
{
	struct error err = {0};

	if (pool->failed || (number != pool->page_number && !write_page(pool)))
		return false;
	if (number == pool->page_number)
		return true;
	pool->page_number = UINT32_MAX;
	if (io_pread(pool->table_fd, pool->page, sizeof pool->page,
		    (uint64_t)number * sizeof pool->page,
		    "the table of shared blocks", &err) == -1)
		return broken(pool, &err);
	pool->page_number = number;
	return true;
}

/* The entry of the key, or the free one where it belongs, or NULL. */
static struct entry *
look_up(struct pool *pool, uint64_t key)
{
	uint32_t first = page_of(pool, key);

	for (uint32_t i = 0; i < PAGES_PROBED; i++) {
		if (!read_page(pool, (first + i) % pool->pages))
			return NULL;
		for (int j = 0; j < PAGE_ENTRIES; j++)
			if (pool->page[j].where == 0 ||
				pool->page[j].key == key)
				return &pool->page[j];
	}
	return NULL;
}

static int
by_key(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;

	return (one->key > two->key) - (one->key < two->key);
}

/* The first who has a hash stays: neighbours then come from one image. */
static void
empty_batch(struct pool *pool)
{
	qsort(pool->batch, pool->batch_count, sizeof *pool->batch, by_key);
	for (size_t i = 0; i < pool->batch_count; i++) {
		struct entry *entry = look_up(pool, pool->batch[i].key);

		if (entry == NULL || entry->where != 0)
			continue;
		*entry = pool->batch[i];
		pool->page_is_dirty = true;
	}
	pool->batch_count = 0;
}

static void
add(struct pool *pool, unsigned donor, uint64_t block,
	const uint8_t hash[HASH_BYTES])
{
	pool->batch[pool->batch_count++] = (struct entry){key_of(hash),
		(uint64_t)(donor + 1) << 48 | block};
	if (pool->batch_count == BATCH_ENTRIES)
		empty_batch(pool);
	if (donor > 0)
		pool->foreign_blocks++;
}

static void
add_entries(struct pool *pool, unsigned donor, uint64_t first, uint64_t count,
	const uint8_t *bytes)
{
	struct map_entry entry;

	for (uint64_t i = 0; i < count; i++)
		if (map_entry_decode(&entry, first + i,
			    bytes + i * IMAGE_ENTRY_BYTES) &&
			(entry.flags & ~IMAGE_BASE) == 0)
			add(pool, donor, first + i, entry.hash);
}

/* The disk's whole blocks by its map, or 0: not a map, or one of nothing. */
static uint64_t
whole_blocks(int fd, const char *path)
{
	uint8_t bytes[IMAGE_HEADER_BYTES];
	struct map_header header;
	struct stat st;
	uint64_t blocks, there;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
		st.st_size < IMAGE_HEADER_BYTES ||
		io_pread(fd, bytes, sizeof bytes, 0, path, NULL) == -1 ||
		!map_header_decode(&header, bytes))
		return 0;
	blocks = header.disk_bytes / BLOCK_BYTES;
	there = ((uint64_t)st.st_size - IMAGE_HEADER_BYTES) /
		IMAGE_ENTRY_BYTES;
	return blocks < there ? blocks : there;
}

/* A map that cannot be read lends nothing. */
static int
add_map(struct pool *pool, unsigned donor, const char *path, struct error *err)
{
	AUTO(freep) uint8_t *room = malloc(LOAD_ENTRIES * IMAGE_ENTRY_BYTES);
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint64_t blocks = fd == -1 ? 0 : whole_blocks(fd, path);

	if (room == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	for (uint64_t first = 0, count; first < blocks; first += count) {
		off_t data = lseek(fd, (off_t)map_entry_offset(first),
			SEEK_DATA);

		if (data == -1)
			break;
		if (data > (off_t)map_entry_offset(first))
			first = ((uint64_t)data - IMAGE_HEADER_BYTES) /
				IMAGE_ENTRY_BYTES;
		count = blocks - first;
		if (first >= blocks)
			break;
		if (count > LOAD_ENTRIES)
			count = LOAD_ENTRIES;
		if (io_pread(fd, room, count * IMAGE_ENTRY_BYTES,
			    map_entry_offset(first), path, NULL) == -1)
			break;
		add_entries(pool, donor, first, count, room);
	}
	return 0;
}

static int
add_donor(struct pool *pool, const char *raw_path, struct error *err)
{
	if (pool->donor_count == DONORS_LIMIT)
		return 0;
	pool->donors[pool->donor_count].raw_path = strdup(raw_path);
	if (pool->donors[pool->donor_count].raw_path == NULL)
		return error_set(err, ENOMEM, "look for shared blocks");
	pool->donors[pool->donor_count++].fd = -1;
	return 0;
}

static int
is_raw(const struct dirent *entry)
{
	size_t bytes = strlen(entry->d_name);

	return bytes > 4 && strcmp(entry->d_name + bytes - 4, ".raw") == 0;
}

/* What the image holds, or would have kept if it were still the same. */
static bool
is_own(const struct pool *pool, const char *path)
{
	const char *base;

	if (pool->image == NULL)
		return false;
	base = image_base_path(pool->image);
	return strcmp(path, image_path(pool->image)) == 0 ||
		(base != NULL && strcmp(path, base) == 0);
}

/* Every disk of a machine but the one that is captured. */
static int
add_machine(struct pool *pool, const struct machine *machine,
	struct error *err)
{
	AUTO(freep) char *folder = machine_path(machine, "capture");
	struct dirent **entries;
	int count, failed = 0;

	if (folder == NULL)
		return error_set(err, ENOMEM, "look for shared blocks");
	count = scandir(folder, &entries, is_raw, alphasort);
	if (count == -1)
		return 0;
	for (int i = 0; i < count; i++) {
		AUTO(freep) char *path = io_format("%s/%s", folder,
			entries[i]->d_name);

		free(entries[i]);
		if (failed)
			continue;
		if (path == NULL)
			failed = error_set(err, ENOMEM,
				"look for shared blocks");
		else if (!is_own(pool, path))
			failed = add_donor(pool, path, err);
	}
	free(entries);
	return failed;
}

static int
add_other(struct pool *pool, const struct machine *machine, const char *state,
	const char *name, struct error *err)
{
	AUTO(machine_closep) struct machine *other = NULL;

	if (strcmp(name, machine->name) == 0 ||
		machine_open(&other, state, name, NULL) == -1 ||
		machine_is_apart(other))
		return 0;
	return add_machine(pool, other, err);
}

static int
add_others(struct pool *pool, const struct machine *machine, struct error *err)
{
	size_t below = strlen("/machines/") + strlen(machine->name);
	AUTO(freep) char *state = strndup(machine->folder,
		strlen(machine->folder) - below);
	char **names;
	size_t count;
	int failed = 0;

	if (machine_is_apart(machine))
		return 0;
	if (state == NULL)
		return error_set(err, ENOMEM, "look for shared blocks");
	if (machine_list(&names, &count, state, err) == -1)
		return -1;
	for (size_t i = 0; i < count && !failed; i++)
		failed = add_other(pool, machine, state, names[i], err);
	machine_list_free(names, count);
	return failed;
}

/* The map beside NAME.raw. */
static char *
map_of(const char *raw_path)
{
	return io_format("%.*s.map", (int)strlen(raw_path) - 4, raw_path);
}

/* Entries that the donors' maps have at most; holes do not count. */
static uint64_t
measure(const struct pool *pool, unsigned first)
{
	uint64_t total = 0;

	for (unsigned i = first; i < pool->donor_count; i++) {
		AUTO(freep) char *path = map_of(pool->donors[i].raw_path);
		struct stat st;

		if (path != NULL && stat(path, &st) == 0)
			total += (uint64_t)st.st_blocks * 512 /
				IMAGE_ENTRY_BYTES;
	}
	return total;
}

static int
make_table(struct pool *pool, const struct machine *machine, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "capture/shared.XXXXXX");
	uint64_t entries = image_blocks(pool->image) + measure(pool, 1);
	uint64_t pages = entries * 2 / PAGE_ENTRIES + 1;

	if (path == NULL)
		return error_set(err, ENOMEM, "look for shared blocks");
	pool->pages = pages < UINT32_MAX ? (uint32_t)pages : UINT32_MAX - 1;
	pool->table_fd = mkostemp(path, O_CLOEXEC);
	if (pool->table_fd == -1)
		return error_set(err, errno, "make %s", path);
	unlink(path);
	if (ftruncate(pool->table_fd,
		    (off_t)(pool->pages * sizeof pool->page)) == -1)
		return error_set(err, errno, "make %s", path);
	return 0;
}

static int
fill_table(struct pool *pool, struct error *err)
{
	for (unsigned i = 0; i < pool->donor_count; i++) {
		AUTO(freep) char *path = i == 0
			? strdup(image_map_path(pool->image))
			: map_of(pool->donors[i].raw_path);

		if (path == NULL)
			return error_set(err, ENOMEM, "look for shared blocks");
		if (add_map(pool, i, path, err) == -1)
			return -1;
	}
	empty_batch(pool);
	free(take(pool->batch));
	return 0;
}

/* Without donors and table. */
static struct pool *
pool_new(struct image *image)
{
	AUTO(pool_closep) struct pool *pool = calloc(1, sizeof *pool);

	if (pool == NULL)
		return NULL;
	pthread_mutex_init(&pool->lock, NULL);
	pool->image = image;
	pool->table_fd = -1;
	pool->page_number = UINT32_MAX;
	pool->donors = calloc(DONORS_LIMIT, sizeof *pool->donors);
	return pool->donors == NULL ? NULL : take(pool);
}

int
pool_measure(uint64_t *bytes_out, const struct machine *machine,
	struct error *err)
{
	AUTO(pool_closep) struct pool *pool = pool_new(NULL);

	if (pool == NULL)
		return error_set(err, ENOMEM, "look for shared blocks");
	if (add_others(pool, machine, err) == -1)
		return -1;
	*bytes_out = measure(pool, 0) * BLOCK_BYTES;
	return 0;
}

int
pool_open(struct pool **pool_out, const struct machine *machine,
	struct image *image, struct error *err)
{
	AUTO(pool_closep) struct pool *pool = pool_new(image);

	if (pool == NULL)
		return error_set(err, ENOMEM, "look for shared blocks");
	pool->batch = calloc(BATCH_ENTRIES, sizeof *pool->batch);
	if (pool->batch == NULL)
		return error_set(err, ENOMEM, "look for shared blocks");
	/* The map has what is pending, too. */
	if (image_flush(image, err) == -1 ||
		add_donor(pool, image_path(image), err) == -1 ||
		add_machine(pool, machine, err) == -1 ||
		add_others(pool, machine, err) == -1 ||
		make_table(pool, machine, err) == -1 ||
		fill_table(pool, err) == -1)
		return -1;
	*pool_out = take(pool);
	return 0;
}

void
pool_close(struct pool *pool)
{
	for (unsigned i = 0; i < pool->donor_count; i++) {
		fd_closep(&pool->donors[i].fd);
		free(pool->donors[i].raw_path);
	}
	fd_closep(&pool->table_fd);
	pthread_mutex_destroy(&pool->lock);
	free(pool->donors);
	free(pool->batch);
	free(pool);
}

uint64_t
pool_foreign_blocks(const struct pool *pool)
{
	return pool->foreign_blocks;
}

/*
 * What was handed out stays open, because another thread may be reading from it;
 * so the images of very many machines cannot all lend.
 */
static int
donor_fd(struct pool *pool, unsigned number)
{
	struct donor *donor = &pool->donors[number];

	if (donor->fd == -1 && pool->open_count < OPEN_LIMIT) {
		donor->fd = open(donor->raw_path,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		pool->open_count += donor->fd != -1;
	}
	return donor->fd;
}

bool
pool_find(struct pool *pool, const uint8_t hash[HASH_BYTES],
	struct pool_place *place_out)
{
	uint64_t key = key_of(hash);
	const struct entry *entry;
	bool found = false;

	pthread_mutex_lock(&pool->lock);
	entry = look_up(pool, key);
	if (entry != NULL && entry->where != 0) {
		place_out->donor = (unsigned)(entry->where >> 48) - 1;
		place_out->block = entry->where & block_mask;
		place_out->fd = place_out->donor == 0
			? -1
			: donor_fd(pool, place_out->donor);
		found = place_out->donor == 0 || place_out->fd != -1;
	}
	pthread_mutex_unlock(&pool->lock);
	return found;
}

void
pool_put(struct pool *pool, const uint8_t hash[HASH_BYTES], uint64_t block)
{
	uint64_t key = key_of(hash);
	struct entry *entry;

	pthread_mutex_lock(&pool->lock);
	entry = look_up(pool, key);
	if (entry != NULL) {
		*entry = (struct entry){key, UINT64_C(1) << 48 | block};
		pool->page_is_dirty = true;
	}
	pthread_mutex_unlock(&pool->lock);
}

void
pool_blame(struct pool *pool, const struct pool_place *place)
{
	struct donor *donor = &pool->donors[place->donor];
	bool is_first;

	pthread_mutex_lock(&pool->lock);
	is_first = !donor->is_blamed;
	donor->is_blamed = true;
	pthread_mutex_unlock(&pool->lock);
	if (is_first)
		log_warn("%s: block %ju is not what its map said, so the source "
			"sends it; unless that machine is being captured now, "
			"its image is damaged", donor->raw_path,
			(uintmax_t)place->block);
}
