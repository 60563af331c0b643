/* A name server's answer: addresses of the wanted family, or nothing. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "p2v/resolve.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const int families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		struct addrinfo *list = NULL, **end = &list;

		if (resolve_add_answer(&end, data, bytes, families[i], 7443) ==
				0 && (list == NULL ||
				list->ai_addr->sa_family != families[i]))
			abort();
		resolve_free(list);
	}
	return 0;
}
