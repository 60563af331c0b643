#ifndef TESTS_P2V_FIXTURE_H
#define TESTS_P2V_FIXTURE_H

/*
 * A made-up machine: the files that the kernel and udev would show, unpacked
 * into a new folder from a text file of lines
 *
 *	file PATH TEXT		\n, \t, \\ and \xHH in TEXT
 *	link PATH TARGET
 *	dir PATH
 *	disk PATH BYTES		all holes
 *	at PATH OFFSET HEX	bytes of a disk
 *
 * with missing folders made.  The caller frees the folder's name, after
 * fixture_remove().
 */
char *fixture_unpack(const char *tree);
void fixture_remove(char *folder);

/* An empty new folder. */
char *fixture_folder(void);

#endif
