convert_rewrite_src := $(wildcard convert/rewrite/*.c)

# which the assembler reads
$(BUILD)/convert/rewrite/undo-list.o: convert/rewrite/undo.sh
