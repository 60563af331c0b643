tests += test-journal test-local test-machine

state_test_src := $(convert_state_src) $(wire_src) $(common_src)
test-journal_src := tests/state/test-journal.c tests/state/fixture.c $(state_test_src)
test-journal_pkg := cmocka $(wire_pkg)
test-machine_src := tests/state/test-machine.c $(state_test_src)
test-machine_pkg := cmocka $(wire_pkg)
test-local_src := tests/state/test-local.c tests/state/fixture.c convert/local.c \
	convert/source/foreign.c convert/source/qcow2.c $(state_test_src)
test-local_pkg := cmocka $(wire_pkg)
tests += test-folder
test-folder_src := tests/state/test-folder.c convert/folder.c convert/local.c \
	convert/source/foreign.c convert/source/qcow2.c $(state_test_src)
test-folder_pkg := cmocka $(wire_pkg)
