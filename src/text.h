/* Text that is put together in memory, through a stream. */
#ifndef IPCMARK_TEXT_H
#define IPCMARK_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct text {
	FILE *out; /* print here between text_begin and text_end */
	char *bytes;
	size_t length;
};

/* Memory that runs out ends the program (see memory.h). */
void text_begin(struct text *text);

/* Closes the stream; the text, which the caller frees, ends with a zero byte after `length`. */
char *text_end(struct text *text);

#endif
