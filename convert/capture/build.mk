convert_capture_src := convert/capture/bulk.c convert/capture/check.c \
	convert/capture/crew.c convert/capture/estimate.c \
	convert/capture/generation.c \
	convert/capture/overlay.c convert/capture/plan.c convert/capture/pool.c \
	convert/capture/precopy.c convert/capture/probe.c convert/capture/rate.c \
	convert/capture/room.c convert/capture/rounds.c convert/capture/sample.c \
	convert/capture/share.c convert/capture/skip.c
