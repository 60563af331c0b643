#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

/* What cmocka.h needs before it, in the order it needs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/error.h"

/* Fail with the struct error's text. */
#define assert_ok(call, err)                                                   \
	do {                                                                   \
		if ((call) != 0)                                               \
			fail_msg("%s: %s", #call, (err)->text);                \
	} while (0)

#endif
