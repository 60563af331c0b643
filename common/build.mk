common_src := common/accelerator.c common/daytime.c common/error.c \
	common/event.c common/io.c common/json.c common/log.c \
	common/process.c common/progress.c
