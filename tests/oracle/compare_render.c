/* compare_render FORMAT COMPARISON.json: shows a comparison document as a report, as markdown,
 * junit or tsv. For compare_oracle.py and by hand. */
#include "compare_junit.h"
#include "compare_markdown.h"
#include "compare_report.h"
#include "compare_tsv.h"
#include "fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	void (*put)(FILE *out, const struct json *comparison);
} formats[] = {{"report", compare_report}, {"markdown", compare_markdown}, {"junit", compare_junit},
	{"tsv", compare_tsv}};

int main(int argc, char **argv)
{
	struct json *comparison;

	if (argc != 3) {
		fputs("usage: compare_render FORMAT COMPARISON.json\n", stderr);
		return 2;
	}
	comparison = json_read_file(argv[2]);
	if (!comparison) {
		fprintf(stderr, "compare_render: %s\n", fail_reason());
		return 2;
	}
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(argv[1], formats[i].name) == 0)
			formats[i].put(stdout, comparison);
	json_free(comparison);
	return 0;
}
