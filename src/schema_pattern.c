/* See schema_pattern.h. */
#include "schema_pattern.h"

#include "memory.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

struct pattern {
	const struct json *source;
	regex_t regex;
	char matched[64]; /* the last match, where it is short: documents repeat themselves */
	struct pattern *next;
};

static int compile(regex_t *regex, const char *source)
{
	return regcomp(regex, source, REG_EXTENDED | REG_NOSUB);
}

const char *pattern_problem(const char *source)
{
	static char problem[128];
	regex_t regex;
	int error;

	/* glibc takes \d for the letter d, where ECMA 262 means a digit. */
	for (const char *i = source; *i; i++)
		if (*i == '\\' && *++i && isalnum((unsigned char)*i))
			return "a backslash before a letter or digit is not POSIX";
	error = compile(&regex, source);
	if (!error) {
		regfree(&regex);
		return NULL;
	}
	regerror(error, &regex, problem, sizeof problem);
	return problem;
}

bool pattern_matches(struct pattern **patterns, const struct json *source, const char *string)
{
	struct pattern *pattern = *patterns;

	while (pattern && pattern->source != source)
		pattern = pattern->next;
	if (!pattern) {
		pattern = memory_resize(NULL, sizeof *pattern);
		pattern->source = source;
		pattern->next = *patterns;
		pattern->matched[0] = '\0';
		if (compile(&pattern->regex, json_string(source, "")))
			memory_is_gone(); /* its only way to fail after pattern_problem */
		*patterns = pattern;
	}
	if (pattern->matched[0] && !strcmp(pattern->matched, string))
		return true;
	if (regexec(&pattern->regex, string, 0, NULL, 0))
		return false;
	if (strlen(string) < sizeof pattern->matched)
		strcpy(pattern->matched, string);
	return true;
}

void pattern_free_all(struct pattern *patterns)
{
	while (patterns) {
		struct pattern *next = patterns->next;

		regfree(&patterns->regex);
		free(patterns);
		patterns = next;
	}
}
