#ifndef CONVERT_SOURCE_QCOW2_H
#define CONVERT_SOURCE_QCOW2_H

struct error;

/*
 * Is all that a qcow2 image refers to within its file?  QEMU reads what is
 * beyond the end as zeros, so that an image cut short would lose data without
 * a word.  An image whose data are in another file, or whose backing "file" is a
 * network address or a description of one, is refused as well: a foreign
 * image must not choose what this host opens.
 */
int qcow2_check(const char *path, struct error *err);

#endif
