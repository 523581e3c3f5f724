/* A comparison as Markdown, for a comment on a pull request or the summary of a CI job. */
#ifndef IPCMARK_COMPARE_MARKDOWN_H
#define IPCMARK_COMPARE_MARKDOWN_H

#include <stdio.h>

#include "json.h"

/* Always less than GitHub's limit of 65,536 characters for a comment. */
#define COMPARE_MARKDOWN_BYTES 60000

/* The verdict first, then the rows that changed or could not be told, the conditions, and the rest
 * folded away. At most COMPARE_MARKDOWN_BYTES: where there is more, the rows of least interest are
 * left out and a line says how many. */
void compare_markdown(FILE *out, const struct json *comparison);

#endif
