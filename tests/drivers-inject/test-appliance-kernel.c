/* The appliance's kernel, unpacked ahead: of the host, and made up. */
#include "tests/harness.h"

#include <elf.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/appliance-kernel.h"
#include "tests/drivers-inject/scratch.h"

enum { SETUP_BYTES = 5 * 512, IMAGE_BYTES = SETUP_BYTES + 1024 };

struct elf {
	Elf64_Ehdr header;
	Elf64_Phdr part;
	Elf64_Nhdr note;
	char name[4];
	uint32_t entry;
};

static struct elf
startable(void)
{
	struct elf elf = {
		.header = {.e_machine = EM_X86_64, .e_phnum = 1,
			.e_phentsize = sizeof elf.part,
			.e_phoff = offsetof(struct elf, part)},
		.part = {.p_type = PT_NOTE,
			.p_offset = offsetof(struct elf, note),
			.p_filesz = sizeof elf - offsetof(struct elf, note)},
		.note = {.n_namesz = 4, .n_descsz = 4, .n_type = 18},
		.name = "Xen",
	};

	memcpy(elf.header.e_ident, ELFMAG, SELFMAG);
	elf.header.e_ident[EI_CLASS] = ELFCLASS64;
	return elf;
}

/* A bzImage with the ELF file in it, packed by gzip. */
static void
make_image(uint8_t image[IMAGE_BYTES], struct elf *elf)
{
	z_stream z = {.next_in = (uint8_t *)elf, .avail_in = sizeof *elf,
		.next_out = image + SETUP_BYTES,
		.avail_out = IMAGE_BYTES - SETUP_BYTES};

	memset(image, 0, IMAGE_BYTES);
	memcpy(image + 0x202, "HdrS", 4);
	image[0x206] = 0x0f;
	image[0x207] = 0x02;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8,
		Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	bytes_put_little32(image + 0x24c, (uint32_t)z.total_out);
	deflateEnd(&z);
}

static void
an_elf_file_with_a_pvh_note_is_unpacked(void **state)
{
	uint8_t image[IMAGE_BYTES];
	struct elf elf = startable();
	AUTO(freep) char *found = NULL;
	struct error err;
	size_t bytes;

	(void)state;
	make_image(image, &elf);
	assert_ok(appliance_kernel_unpack(&found, &bytes, image, sizeof image,
		&err), &err);
	assert_int_equal(bytes, sizeof elf);
	assert_memory_equal(found, &elf, sizeof elf);
}

static void
assert_refused(const uint8_t *image, size_t bytes, const char *word)
{
	char *found = NULL;
	struct error err;

	assert_int_equal(appliance_kernel_unpack(&found, &bytes, image, bytes,
		&err), -1);
	assert_non_null(strstr(err.text, word));
	assert_null(found);
}

static void
assert_not_startable(struct elf elf)
{
	uint8_t image[IMAGE_BYTES];

	make_image(image, &elf);
	assert_refused(image, sizeof image, "PVH");
}

static void
what_qemu_could_not_start_is_refused(void **state)
{
	uint8_t image[IMAGE_BYTES];
	struct elf elf = startable();

	(void)state;
	make_image(image, &elf);
	assert_refused(image, 0x24f, "not a bzImage");
	assert_refused(image, SETUP_BYTES + 10, "cut");
	bytes_put_little32(image + 0x248, UINT32_MAX);
	assert_refused(image, sizeof image, "cut");
	elf.note.n_type = 17;
	assert_not_startable(elf);
	elf = startable();
	elf.note.n_descsz = UINT32_MAX;
	assert_not_startable(elf);
	elf = startable();
	elf.header.e_phoff = UINT64_MAX - 8;
	assert_not_startable(elf);
	elf = startable();
	elf.header.e_phnum = UINT16_MAX;
	assert_not_startable(elf);
	elf = startable();
	elf.part.p_filesz = UINT64_MAX;
	assert_not_startable(elf);
}

static void
start_with(const struct scratch *scratch, const char *accelerator,
	const char *kernel)
{
	setenv("XDG_CACHE_HOME", scratch->path, 1);
	setenv("UNRACK_ACCEL", accelerator, 1);
	unsetenv("SUPERMIN_MODULES");
	unsetenv("LIBGUESTFS_PATH");
	unsetenv("LIBGUESTFS_CACHEDIR");
	unsetenv("SUPERMIN_KERNEL");
	if (kernel != NULL)
		setenv("SUPERMIN_KERNEL", kernel, 1);
	appliance_kernel_use();
}

static void
only_emulation_gets_another_kernel(void **state)
{
	const char *path;
	AUTO(freep) char *elf = NULL;
	struct error err;
	glob_t found;

	start_with(*state, "kvm", NULL);
	assert_null(getenv("SUPERMIN_KERNEL"));
	start_with(*state, "tcg", "/chosen");
	assert_string_equal(getenv("SUPERMIN_KERNEL"), "/chosen");
	assert_null(getenv(APPLIANCE_KERNEL_CHOSEN));
	assert_null(getenv("LIBGUESTFS_CACHEDIR"));
	/* A host without a kernel of its own has no appliance either. */
	if (glob("/boot/vmlinuz-*", 0, NULL, &found) != 0 ||
		access(found.gl_pathv[0], R_OK) == -1)
		skip();
	globfree(&found);
	scratch_shell(*state, "mkdir -p unrack/appliance; "
			      "chmod o+w unrack/appliance");
	start_with(*state, "tcg", NULL);
	assert_null(getenv("SUPERMIN_KERNEL"));
	scratch_shell(*state, "chmod o-w unrack/appliance");
	start_with(*state, "tcg", NULL);
	path = getenv("SUPERMIN_KERNEL");
	assert_non_null(path);
	assert_string_equal(path, getenv(APPLIANCE_KERNEL_CHOSEN));
	assert_memory_equal(path, getenv("LIBGUESTFS_CACHEDIR"),
		strlen(getenv("LIBGUESTFS_CACHEDIR")));
	assert_ok(io_read_file(&elf, NULL, path, 256 << 20, &err), &err);
	assert_memory_equal(elf, ELFMAG, SELFMAG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_elf_file_with_a_pvh_note_is_unpacked),
		cmocka_unit_test(what_qemu_could_not_start_is_refused),
		cmocka_unit_test_setup_teardown(
			only_emulation_gets_another_kernel, scratch_setup,
			scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
