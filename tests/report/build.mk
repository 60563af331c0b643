tests += test-report
test-report_src := tests/report/test-report.c $(convert_report_src) \
	convert/emit/markup.c convert/source/bad.c convert/state/machine.c \
	wire/key.c wire/text.c \
	$(common_src)
test-report_pkg := cmocka jansson libcrypto
