/* See row.h. */
#include "row.h"

#include <math.h>
#include <string.h>

static void put_separator(struct row *row)
{
	if (row->begun)
		fputc(row->is_csv ? ',' : '\t', row->out);
	row->begun = true;
}

void row_text(struct row *row, const char *text)
{
	bool quoted = row->is_csv && strpbrk(text, ",\"\n\r");

	put_separator(row);
	if (quoted)
		fputc('"', row->out);
	for (; *text; text++) {
		if (quoted && *text == '"')
			fputc('"', row->out);
		fputc(!row->is_csv && strchr("\t\n\r", *text) ? ' ' : *text, row->out);
	}
	if (quoted)
		fputc('"', row->out);
}

void row_number(struct row *row, double value)
{
	char text[32] = "";

	if (!isnan(value))
		snprintf(text, sizeof text, "%.15g", value);
	row_text(row, text);
}

void row_end(struct row *row)
{
	fputc('\n', row->out);
	row->begun = false;
}

void row_words(struct row *row, const char *words)
{
	size_t length;

	for (; *words; words += length + (words[length] == ' ')) {
		length = strcspn(words, " ");
		put_separator(row);
		fwrite(words, 1, length, row->out);
	}
}
