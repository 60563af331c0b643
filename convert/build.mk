include convert/serve/build.mk convert/source/build.mk convert/assess/build.mk \
	convert/rewrite/build.mk convert/capture/build.mk convert/emit/build.mk \
	convert/verify/build.mk convert/report/build.mk

convert_state_src := convert/state/machine.c convert/state/journal.c
