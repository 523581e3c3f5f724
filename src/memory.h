/* Memory that is there, or the program ends: for what is small beside what a measurement holds, and
 * for what nothing could be saved without. A separate exit code would have to promise that
 * something was saved; abort() promises nothing and cannot be read as a verdict. */
#ifndef IPCMARK_MEMORY_H
#define IPCMARK_MEMORY_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Says so on standard error and ends the program. */
_Noreturn static inline void memory_is_gone(void)
{
	fputs("ipcmark: out of memory\n", stderr);
	abort();
}

/* realloc() that never returns NULL; bytes > 0. */
static inline void *memory_resize(void *old, size_t bytes)
{
	void *memory = realloc(old, bytes);

	if (!memory)
		memory_is_gone();
	return memory;
}

/* strdup() that never returns NULL. */
static inline char *memory_copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		memory_is_gone();
	return copy;
}

/* calloc() that never returns NULL, also for none. */
static inline void *memory_zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		memory_is_gone();
	return memory;
}

#endif
