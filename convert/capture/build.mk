convert_capture_src := convert/capture/bulk.c convert/capture/overlay.c \
	convert/capture/plan.c convert/capture/pool.c \
	convert/capture/share.c
