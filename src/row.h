/* A line of a table of text, field by field: tab-separated, or comma-separated (RFC 4180). */
#ifndef IPCMARK_ROW_H
#define IPCMARK_ROW_H

#include <stdbool.h>
#include <stdio.h>

/* One line being written; begun is the row's own. */
struct row {
	FILE *out;
	bool is_csv;
	bool begun;
};

/* A comma-separated field stands in quotes where it needs them; in a tab-separated one a tab or a
 * line end becomes a space. */
void row_text(struct row *row, const char *text);

/* With 15 significant digits; NaN is an empty field. */
void row_number(struct row *row, double value);

void row_end(struct row *row);

/* A field for each of the words that stand between single spaces: what columns are called. */
void row_words(struct row *row, const char *words);

#endif
