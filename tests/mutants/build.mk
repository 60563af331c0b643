# Run by `make torture-guests` and, a few, by tests/integration/mutated-guests.
helpers += mutants
mutants_src := tests/mutants/mutants.c tests/mutants/mutation.c \
	tests/mutants/lent.c tests/torture/fault.c \
	$(filter-out convert/main.c convert/verb-%.c,$(unrack_src))
mutants_pkg := $(unrack_pkg)
mutants_wrap := appliance_open appliance_close appliance_kill
