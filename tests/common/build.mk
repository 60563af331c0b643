tests += test-error test-io test-json test-process

test-error_src := tests/common/test-error.c common/error.c
test-error_pkg := cmocka
test-io_src := tests/common/test-io.c common/error.c common/io.c
test-io_pkg := cmocka
test-io_wrap := rename fsync
test-json_src := tests/common/test-json.c common/error.c common/io.c \
	common/json.c common/progress.c
test-json_pkg := cmocka jansson
test-process_src := tests/common/test-process.c common/error.c common/process.c
test-process_pkg := cmocka
