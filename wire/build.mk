wire_src := wire/bio.c wire/blake2b.c wire/block.c wire/carry.c \
	wire/carry-folder.c wire/carry-index.c wire/carry-set.c wire/carry-writer.c \
	wire/channel.c wire/codec.c wire/failure.c wire/frame.c wire/hash.c \
	wire/key.c wire/load-option.c wire/message.c wire/seal.c wire/tcp-info.c \
	wire/tcp.c wire/text.c wire/tls.c
wire_pkg := libssl libcrypto libzstd zlib jansson
