# The live image: the program, and everything in this folder.
$(BUILD)/unrack.iso: $(BUILD)/bin/unrack-capture $(wildcard iso/*)
	@echo "  ISO   $@"
	$(Q)KERNEL='$(KERNEL)' FIRMWARE_DIR='$(FIRMWARE_DIR)' iso/build-image $< $@
