convert_report_src := $(addprefix convert/report/,page.c parts.c report.c \
	style.c text.c)
