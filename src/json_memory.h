/* Memory for documents: it is there, or the program ends. A separate exit code would have to
 * promise that something was saved; abort() promises nothing and cannot be read as a verdict. */
#ifndef IPCMARK_JSON_MEMORY_H
#define IPCMARK_JSON_MEMORY_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* Says so on standard error and ends the program. */
_Noreturn static inline void json_memory_is_gone(void)
{
	fputs("ipcmark: out of memory\n", stderr);
	abort();
}

/* realloc() that never returns NULL; bytes > 0. */
static inline void *json_memory(void *old, size_t bytes)
{
	void *memory = realloc(old, bytes);

	if (!memory)
		json_memory_is_gone();
	return memory;
}

#endif
