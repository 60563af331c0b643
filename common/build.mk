common_src := common/accelerator.c common/error.c common/io.c \
	common/json.c common/log.c common/process.c common/progress.c
