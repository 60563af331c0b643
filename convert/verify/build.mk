convert_verify_src := $(addprefix convert/verify/,boot.c console.c expect.c \
	interfaces.c pcap.c ping.c prepare.c proof.c qmp.c verify.c watch.c \
	witness.c)
