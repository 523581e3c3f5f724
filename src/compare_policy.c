/* See compare_policy.h. */
#include "compare_policy.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "compare_metric.h"
#include "fail.h"
#include "memory.h"
#include "utf8.h"
#include "words.h"

#define PLACE_BYTES 320

struct rule {
	char place[PLACE_BYTES]; /* for messages: "ci.policy: line 3" */
	const char *from;        /* "policy" or "--margin" */
	char *metric;            /* as the user wrote it; NULL: the rule leaves cells out */
	char *glob;              /* as the user wrote it; NULL: all cells */
	char **globs;            /* the same without braces */
	double margin;
};

struct compare_policy {
	struct rule *rules;
	size_t count;
};

static int refuse(const struct rule *rule)
{
	char reason[FAIL_TEXT_BYTES];

	snprintf(reason, sizeof reason, "%s", fail_reason());
	return fail_text(EINVAL, "%s: %s", rule->place, reason);
}

static void rule_free(struct rule *rule)
{
	free(rule->metric);
	free(rule->glob);
	words_free(rule->globs);
}

struct compare_policy *compare_policy_new(void)
{
	return memory_zeroed(1, sizeof(struct compare_policy));
}

void compare_policy_free(struct compare_policy *policy)
{
	for (size_t i = 0; policy && i < policy->count; i++)
		rule_free(&policy->rules[i]);
	if (policy)
		free(policy->rules);
	free(policy);
}

/* "3%", "2.5 %". */
static int parse_percent(const char *text, double *fraction)
{
	size_t digits = strspn(text, "0123456789."), length = strlen(text);
	const char *rest = text + digits + strspn(text + digits, " \t");
	double value = 0;
	char *end = NULL;

	if (digits && digits < 16 && length)
		value = strtod(text, &end);
	if (end != text + digits || strcmp(rest, "%") != 0)
		return fail_text(
			EINVAL, "margin \"%.40s\": expected a percentage, as in 3%%", text);
	if (!(value > 0) || value > 100)
		return fail_text(
			EINVAL, "margin \"%.40s\": expected more than 0%% and at most 100%%", text);
	*fraction = value / 100;
	return 0;
}

/* The rule is complete but for what is worked out of its words, and is the policy's from here on.
 */
static int add_rule(struct compare_policy *policy, struct rule rule, const char *percent)
{
	int err = rule.metric ? compare_metric_check(rule.metric) : 0;

	if (!err && rule.metric)
		err = parse_percent(percent, &rule.margin);
	if (!err && rule.glob) {
		rule.globs = words_expand_braces(rule.glob);
		err = rule.globs ? 0 : -EINVAL;
	}
	if (err) {
		err = refuse(&rule);
		rule_free(&rule);
		return err;
	}
	policy->rules = memory_resize(policy->rules, (policy->count + 1) * sizeof rule);
	policy->rules[policy->count++] = rule;
	return 0;
}

/* Without the blanks around it; changes the text. */
static char *trimmed(char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* The first word of the text, cut off; what follows is in *rest. */
static char *first_word(char *text, char **rest)
{
	size_t length = strcspn(text, " \t");

	*rest = text + length;
	if (**rest)
		*(*rest)++ = '\0';
	*rest = trimmed(*rest);
	return text;
}

/* METRIC [GLOB] = N%. An id may hold an equals sign ("/load=50"): the last one counts. */
static int read_margin(struct compare_policy *policy, struct rule rule, char *text)
{
	char *equals = strrchr(text, '='), *metric, *glob, *more;

	if (!equals) {
		fail_text(EINVAL, "expected margin METRIC [CELLS] = N%%");
		return refuse(&rule);
	}
	*equals = '\0';
	metric = first_word(trimmed(text), &glob);
	glob = first_word(glob, &more);
	if (!*metric || *more) {
		fail_text(EINVAL, "expected margin METRIC [CELLS] = N%%");
		return refuse(&rule);
	}
	rule.metric = memory_copy_text(metric);
	rule.glob = *glob ? memory_copy_text(glob) : NULL;
	return add_rule(policy, rule, trimmed(equals + 1));
}

static int read_ignore(struct compare_policy *policy, struct rule rule, char *text)
{
	char *more, *glob = first_word(text, &more);

	if (!*glob || *more) {
		fail_text(EINVAL, "expected ignore CELLS");
		return refuse(&rule);
	}
	rule.glob = memory_copy_text(glob);
	return add_rule(policy, rule, "");
}

static const struct key {
	const char *name;
	int (*read)(struct compare_policy *policy, struct rule rule, char *text);
} keys[] = {{"margin", read_margin}, {"ignore", read_ignore}};

#define KEYS (sizeof keys / sizeof keys[0])

static int refuse_key(const struct rule *rule, const char *word)
{
	const char *names[KEYS + 1] = {NULL};
	const char *nearest;

	for (size_t i = 0; i < KEYS; i++)
		names[i] = keys[i].name;
	nearest = words_nearest(word, names);
	fail_text(EINVAL, "unknown key \"%.40s\": %s%s%s", word,
		nearest ? "did you mean \"" : "expected margin or ignore", nearest ? nearest : "",
		nearest ? "\"?" : "");
	return refuse(rule);
}

/* What goes to a terminal in a message must not move it. */
static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && !strchr("\t\r\n", *c)) || *c == 0x7f)
			return false;
	return utf8_is_valid(text);
}

static int read_line(struct compare_policy *policy, struct rule rule, char *line)
{
	char *word, *rest;

	if (!is_plain(line)) {
		fail_text(EINVAL, "not a line of text");
		return refuse(&rule);
	}
	line[strcspn(line, "#")] = '\0';
	word = first_word(trimmed(line), &rest);
	if (!*word)
		return 0;
	for (size_t i = 0; i < KEYS; i++)
		if (strcmp(word, keys[i].name) == 0)
			return keys[i].read(policy, rule, rest);
	return refuse_key(&rule, word);
}

static int read_lines(struct compare_policy *policy, FILE *file, const char *name)
{
	size_t room = 0;
	unsigned number = 0;
	char *line = NULL;
	int err = 0;

	while (!err && getline(&line, &room, file) >= 0) {
		struct rule rule = {.from = "policy"};

		snprintf(rule.place, sizeof rule.place, "%.250s: line %u", name, ++number);
		err = read_line(policy, rule, line);
	}
	if (!err && ferror(file))
		err = fail(name);
	free(line);
	return err;
}

int compare_policy_read(struct compare_policy *policy, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	int err;

	if (!file)
		return fail(path);
	err = read_lines(policy, file, is_stdin ? "standard input" : path);
	if (!is_stdin)
		fclose(file);
	return err;
}

int compare_policy_add_margin(struct compare_policy *policy, const char *text)
{
	struct rule rule = {.from = "--margin"};
	char *copy = memory_copy_text(text), *equals = strrchr(copy, '='), *colon;
	int err;

	snprintf(rule.place, sizeof rule.place, "--margin \"%.100s\"", text);
	if (!equals || !is_plain(text)) {
		fail_text(EINVAL, "expected METRIC=N%% or CELLS:METRIC=N%%, as in p50=3%%");
		free(copy);
		return refuse(&rule);
	}
	*equals = '\0';
	colon = strrchr(copy, ':');
	if (colon)
		*colon = '\0';
	rule.metric = memory_copy_text(trimmed(colon ? colon + 1 : copy));
	rule.glob = colon ? memory_copy_text(trimmed(copy)) : NULL;
	err = add_rule(policy, rule, trimmed(equals + 1));
	free(copy);
	return err;
}

static bool covers(const struct rule *rule, const char *cell)
{
	if (!rule->globs)
		return true;
	for (char **glob = rule->globs; *glob; glob++)
		if (fnmatch(*glob, cell, FNM_LEADING_DIR) == 0)
			return true;
	return false;
}

bool compare_policy_margin(const struct compare_policy *policy, const char *cell, size_t metric,
	double *margin, const char **from)
{
	for (size_t i = policy->count; i-- > 0;) {
		const struct rule *rule = &policy->rules[i];

		if (!rule->metric || !compare_metric_is(&compare_metrics[metric], rule->metric) ||
			!covers(rule, cell))
			continue;
		*margin = rule->margin;
		*from = rule->from;
		return true;
	}
	return false;
}

bool compare_policy_ignores(const struct compare_policy *policy, const char *cell)
{
	for (size_t i = 0; i < policy->count; i++)
		if (!policy->rules[i].metric && covers(&policy->rules[i], cell))
			return true;
	return false;
}

static bool covers_any(const struct rule *rule, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (covers(rule, cells[i]))
			return true;
	return !rule->globs;
}

int compare_policy_check(
	const struct compare_policy *policy, const char *const *cells, size_t cell_count)
{
	for (size_t i = 0; i < policy->count; i++) {
		if (covers_any(&policy->rules[i], cells, cell_count))
			continue;
		fail_text(EINVAL, "\"%.100s\" matches no cell of this comparison",
			policy->rules[i].glob);
		return refuse(&policy->rules[i]);
	}
	return 0;
}

static bool is_first_of_word(const struct compare_metric *metric)
{
	for (const struct compare_metric *before = compare_metrics; before < metric; before++)
		if (strcmp(before->word, metric->word) == 0)
			return false;
	return true;
}

void compare_policy_write(FILE *out)
{
	fputs("# What a comparison lets pass: ipcmark compare --policy FILE\n"
	      "# A change below the margin is no regression, however certain it is. The values "
	      "are\n"
	      "# the defaults. A line further down wins, and --margin wins over this file.\n"
	      "#\n"
	      "#   margin p99 pingpong/shm/* = 8%     of these cells only\n"
	      "#   margin response_ns.p99 = 20%       one figure by its full name\n"
	      "#   ignore stream/udp/*                these cells don't count\n"
	      "\n",
		out);
	for (const struct compare_metric *metric = compare_metrics; metric->name; metric++)
		if (is_first_of_word(metric))
			fprintf(out, "margin %s = %g%%\n", metric->word, 100 * metric->margin);
}
