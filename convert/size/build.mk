convert_size_src := $(addprefix convert/size/,host.c layout.c processor.c \
	size.c way.c)
