/* The small text files of /proc and /sys, read and written below a root.
 *
 * A file that cannot be read, for whatever reason, is missing: the callers record what a machine
 * shows and have nothing to report. A value is one line: runs of blanks and control characters are
 * one space, none at the ends, and a value that does not fit its buffer ends in "...". Every out
 * buffer has 4 bytes or more and is always terminated. */
#ifndef IPCMARK_SYSFS_H
#define IPCMARK_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

/* The text of a file up to its first NUL (device-tree strings end in one); free() it. NULL if
 * missing. */
char *sysfs_load(const char *root, const char *path);

/* The whole file as one value. False and "" if missing; true and "" if empty. */
bool sysfs_read(const char *root, const char *path, char *out, size_t out_bytes);

/* Calls visit for every readable file that matches a glob pattern, in byte order of the paths. name
 * is the last part of the path. The root is taken literally. */
void sysfs_each(const char *root, const char *pattern,
	void (*visit)(void *context, const char *name, const char *value), void *context);

/* The same with the whole path below the root. */
void sysfs_each_path(const char *root, const char *pattern,
	void (*visit)(void *context, const char *path, const char *value), void *context);

/* The sorted distinct values of all files that match, joined by ", ". False and "" if there are
 * none. */
bool sysfs_distinct(const char *root, const char *pattern, char *out, size_t out_bytes);

/* The value of the first line "key: value" or "key=value" of a loaded text (NULL: a missing file).
 * Returns the text after that line, to go on from; NULL and "" if there is none. */
const char *sysfs_field(const char *text, const char *key, char *out, size_t out_bytes);

/* The sorted distinct values of every line with this key. */
bool sysfs_distinct_fields(const char *text, const char *key, char *out, size_t out_bytes);

/* Writes a value and a line's end in one write(2), as these files want it; the file must be there.
 * 0 or -errno, without a note. */
int sysfs_write(const char *root, const char *path, const char *value);

/* Makes one value of `length` bytes of text. */
void sysfs_line(char *out, size_t out_bytes, const char *text, size_t length);

/* Appends to a terminated out, cutting as above. */
void sysfs_append(char *out, size_t out_bytes, const char *text);

/* Keeps what stands between the two (different) marks: "always [madvise] never" becomes "madvise".
 * A value without them stays as it is. */
void sysfs_keep_marked(char *value, char open, char close);

#endif
