convert_verify_src := $(addprefix convert/verify/,boot.c console.c expect.c \
	interfaces.c loud.c pcap.c ping.c prepare.c proof.c qmp.c typist.c verify.c \
	watch.c witness.c)
