convert_report_src := $(addprefix convert/report/,csv.c disk-map.c \
	disk-picture.c fleet.c fleet-graph.c fleet-lists.c \
	fleet-page.c frame.c page.c parts.c report.c sarif.c script.c \
	section-changes.c section-disks.c section-findings.c section-head.c \
	section-machine.c section-proof.c section-relations.c section-session.c \
	section-size.c section-summary.c style.c text.c uri.c words.c)
