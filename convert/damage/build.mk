convert_damage_src := $(addprefix convert/damage/,btrfs.c damage.c ext.c \
	free-fat.c free-xfs.c free.c layers-parse.c layers.c list.c loss.c \
	raid.c scene.c told.c walk.c)
