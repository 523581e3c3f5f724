/* schema_check SCHEMA DOCUMENT...: one line for each document: "valid", "invalid: REASON", or
 * "unread: REASON" where it is no JSON of ours. Exit 0 where all are valid, else 2. For
 * schema_oracle.py and by hand. */
#include "fail.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXIT_INVALID = 2 };

static int check_file(const char *path, const struct json *schema)
{
	struct json *document = json_read_file(path);
	int err = document ? schema_check(document, schema) : -1;

	if (err)
		printf("%s: %s\n", document ? "invalid" : "unread", fail_reason());
	else
		puts("valid");
	json_free(document);
	return err;
}

int main(int argc, char **argv)
{
	int status = EXIT_SUCCESS;
	struct json *schema;

	if (argc < 3) {
		fputs("usage: schema_check SCHEMA DOCUMENT...\n", stderr);
		return EXIT_INVALID;
	}
	schema = json_read_file(argv[1]);
	if (!schema) {
		fprintf(stderr, "schema_check: %s\n", fail_reason());
		return EXIT_INVALID;
	}
	for (int i = 2; i < argc; i++)
		if (check_file(argv[i], schema))
			status = EXIT_INVALID;
	json_free(schema);
	return status;
}
