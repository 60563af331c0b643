tests += test-markup test-subnet test-emit test-variables

test-markup_src := tests/emit/test-markup.c convert/emit/markup.c
test-markup_pkg := cmocka jansson

test-subnet_src := tests/emit/test-subnet.c convert/emit/subnet.c
test-subnet_pkg := cmocka jansson

test-emit_src := tests/emit/test-emit.c $(convert_emit_src) \
	convert/state/machine.c wire/hash.c wire/key.c wire/text.c \
	$(common_src)
test-emit_pkg := cmocka jansson libcrypto

test-variables_src := tests/emit/test-variables.c convert/emit/variables.c \
	convert/assess/boot-entry.c \
	wire/load-option.c $(common_src)
test-variables_pkg := cmocka jansson libcrypto
