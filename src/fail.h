/* The text of the last error, kept beside the code.
 *
 * Errors travel as 0 or -errno; the words that go with one are noted where it happens
 * (`return fail("bind")` notes "bind: Address already in use") and read once, at the top, by
 * whoever reports it. One text a thread: a later note replaces an earlier one. Nothing here
 * prints. */
#ifndef IPCMARK_FAIL_H
#define IPCMARK_FAIL_H

#include <stddef.h>

#define FAIL_TEXT_BYTES 512

/* Notes "call: strerror(errno)". Returns -errno (-EIO where errno is 0); never 0. */
int fail(const char *call);

/* The same for an error that comes another way than in errno: err is a positive errno value. */
int fail_with(int err, const char *call);

/* Notes the formatted text as it is. Returns -err; err is a positive errno value. */
int fail_text(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last note of this thread, "" where there is none. Valid until the next note. */
const char *fail_reason(void);

#endif
