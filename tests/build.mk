include $(wildcard tests/*/build.mk)
