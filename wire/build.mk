wire_src := wire/bio.c wire/block.c wire/channel.c wire/codec.c \
	wire/failure.c wire/frame.c wire/hash.c wire/key.c wire/message.c \
	wire/tcp.c wire/text.c wire/tls.c
wire_pkg := libssl libcrypto libzstd zlib jansson
