convert_accelerator_src := convert/verify/accelerator.c
convert_verify_src := $(convert_accelerator_src)
