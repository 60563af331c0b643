/*
 * main() for a fuzz target without libFuzzer: runs it once on each file that
 * is named, or found in the folders that are named; without arguments on
 * tests/fuzz/corpus/NAME, where the program is called fuzz-NAME or replay-NAME.
 * A target that finds something wrong aborts.
 */
#include <errno.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "tests/fuzz/fuzz.h"

static unsigned inputs;

static int
run_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	AUTO(freep) char *data = NULL;
	AUTO(freep) uint8_t *exact = NULL;
	struct error err;
	size_t bytes;

	(void)st;
	(void)ftw;
	if (type != FTW_F)
		return 0;
	if (io_read_file(&data, &bytes, path, 1 << 28, &err) == -1) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	/* exactly sized, so that the address sanitizer sees the end */
	exact = malloc(bytes == 0 ? 1 : bytes);
	if (exact == NULL)
		return 1;
	memcpy(exact, data, bytes);
	/* said first, so that a crash can be assigned */
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(exact, bytes);
	inputs++;
	return 0;
}

static int
run_all(const char *path)
{
	int result = nftw(path, run_one, 16, FTW_PHYS);

	if (result == -1)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return result;
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *dash = strchr(slash == NULL ? argv[0] : slash, '-');
	AUTO(freep) char *corpus = io_format("tests/fuzz/corpus/%s",
		dash == NULL ? "" : dash + 1);

	if (corpus == NULL)
		return EXIT_FAILURE;
	if (argc == 1 && run_all(corpus) != 0)
		return EXIT_FAILURE;
	for (int i = 1; i < argc; i++)
		if (run_all(argv[i]) != 0)
			return EXIT_FAILURE;
	printf("%u inputs\n", inputs);
	return inputs == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
