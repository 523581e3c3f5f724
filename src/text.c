/* See text.h. */
#include "text.h"

#include "memory.h"

void text_begin(struct text *text)
{
	*text = (struct text){0};
	text->out = open_memstream(&text->bytes, &text->length);
	if (!text->out)
		memory_is_gone();
}

char *text_end(struct text *text)
{
	if (fclose(text->out) != 0 || !text->bytes)
		memory_is_gone();
	text->out = NULL;
	return text->bytes;
}
