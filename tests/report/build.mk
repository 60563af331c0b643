tests += test-report test-fleet
report_test_src := $(convert_report_src) convert/emit/markup.c \
	convert/source/bad.c convert/state/machine.c wire/key.c wire/text.c \
	$(common_src)
report_test_pkg := cmocka jansson libcrypto
test-report_src := tests/report/test-report.c $(report_test_src)
test-report_pkg := $(report_test_pkg)
test-fleet_src := tests/report/test-fleet.c $(report_test_src)
test-fleet_pkg := $(report_test_pkg)
