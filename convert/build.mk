include convert/serve/build.mk convert/source/build.mk convert/assess/build.mk \
	convert/rewrite/build.mk convert/capture/build.mk convert/emit/build.mk \
	convert/verify/build.mk convert/damage/build.mk convert/report/build.mk convert/size/build.mk

convert_state_src := convert/state/machine.c convert/state/journal.c

programs += unrack
unrack_src := convert/main.c $(wildcard convert/verb-*.c convert/pipeline*.c) \
	$(addprefix convert/,carry.c folder.c local.c request.c verdict.c) \
	$(convert_state_src) $(convert_serve_src) \
	$(convert_source_src) $(convert_assess_src) $(convert_rewrite_src) \
	$(convert_capture_src) $(convert_emit_src) $(convert_verify_src) \
	$(convert_damage_src) $(convert_report_src) $(convert_size_src) $(inject_src) \
	$(inject_guestfs_src) $(wire_src) $(common_src)
unrack_pkg := libguestfs libpcre2-8 sqlite3 yaml-0.1 $(inject_pkg) $(wire_pkg)
manuals += convert/unrack.1
