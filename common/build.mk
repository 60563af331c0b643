common_src := common/error.c common/io.c common/json.c common/log.c \
	common/process.c common/progress.c
