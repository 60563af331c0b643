convert_serve_src := convert/serve/crowd.c convert/serve/disks.c \
	convert/serve/lane.c convert/serve/lanes.c \
	convert/serve/lanes-arrival.c convert/serve/lanes-door.c \
	convert/serve/listen.c \
	convert/serve/rendezvous.c convert/serve/roster.c \
	convert/serve/screen.c convert/serve/meter.c convert/serve/serve.c \
	convert/serve/session.c convert/serve/session-open.c \
	convert/serve/session-source.c convert/serve/throttle.c \
	convert/serve/turn.c
