convert_source_src := convert/source/bad.c convert/source/base.c \
	convert/source/blocks.c convert/source/carry.c \
	convert/source/entries.c convert/source/fold.c \
	convert/source/foreign.c \
	convert/source/image-files.c convert/source/image.c convert/source/map.c \
	convert/source/nbd-negotiate.c convert/source/nbd.c \
	convert/source/pending.c convert/source/proof.c convert/source/qcow2.c \
	convert/source/qemu-lock.c \
	convert/source/queue.c convert/source/raw.c convert/source/reread.c \
	convert/source/root.c convert/source/sweep.c
