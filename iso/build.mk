# The live image: the program, everything in this folder, the distribution's
# kernel, and two variables (see build-image).
$(BUILD)/unrack.iso: $(BUILD)/bin/unrack-capture $(wildcard iso/*) \
		$(wildcard /boot/vmlinuz-*) $(BUILD)/iso-variables
	@echo "  ISO   $@"
	$(Q)KERNEL='$(KERNEL)' FIRMWARE_DIR='$(FIRMWARE_DIR)' iso/build-image $< $@

# Rewritten only when they change.
$(BUILD)/iso-variables: FORCE
	@mkdir -p $(@D); echo '$(KERNEL) $(FIRMWARE_DIR)' | cmp -s - $@ || \
	  echo '$(KERNEL) $(FIRMWARE_DIR)' > $@
