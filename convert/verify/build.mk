convert_accelerator_src := convert/verify/accelerator.c
convert_verify_src := $(convert_accelerator_src) $(addprefix convert/verify/, \
	boot.c expect.c pcap.c prepare.c proof.c qmp.c verify.c watch.c \
	witness.c)
