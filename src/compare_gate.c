/* See compare_gate.h. */
#include "compare_gate.h"

#include <stdio.h>
#include <string.h>

#include "exit_code.h"

#define REASON_BYTES 600

static size_t count_of(const struct compare_table *table, enum verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < table->row_count; i++)
		count += table->rows[i].verdict == verdict;
	return count;
}

struct json *compare_gate_counts(const struct compare_table *table)
{
	struct json *counts = json_object();

	for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
		json_put_count(counts, verdict_name(verdict), count_of(table, verdict));
	return counts;
}

/* "nothing worse", or with what a strict gate stumbles over. */
static void describe_rest(
	size_t inconclusive, size_t absent, bool is_proven, char reason[REASON_BYTES])
{
	int length = snprintf(reason, REASON_BYTES, "nothing worse%s",
		is_proven ? "" : ", but no controls prove it");

	if (inconclusive)
		length += snprintf(reason + length, REASON_BYTES - (size_t)length,
			", %zu inconclusive", inconclusive);
	if (absent)
		snprintf(reason + length, REASON_BYTES - (size_t)length, ", %zu absent", absent);
}

static void describe_worse(size_t regressions, size_t broken, char reason[REASON_BYTES])
{
	int length = snprintf(
		reason, REASON_BYTES, "%zu regression%s", regressions, regressions == 1 ? "" : "s");

	if (broken)
		snprintf(reason + length, REASON_BYTES - (size_t)length,
			", %zu cell%s that worked in the base and broke, or can't keep the rate",
			broken, broken == 1 ? "" : "s");
}

static enum exit_code decide(const struct compare_gate *gate, const struct compare_table *table,
	char reason[REASON_BYTES])
{
	size_t regressions = count_of(table, VERDICT_REGRESSION);
	size_t inconclusive = count_of(table, VERDICT_INCONCLUSIVE);
	size_t absent = json_count(table->absent);
	bool is_proven = strcmp(json_text_at(gate->controls, "verdict"), "trustworthy") == 0;

	if (gate->refused) {
		snprintf(reason, REASON_BYTES, "%s", gate->refused);
		return EXIT_REFUSED;
	}
	if (gate->asked && gate->is_one_measurement) {
		snprintf(reason, REASON_BYTES,
			"a measurement was compared with itself: this says nothing about a change");
		return EXIT_REFUSED;
	}
	if (gate->asked && strcmp(json_text_at(gate->controls, "verdict"), "untrustworthy") == 0) {
		snprintf(reason, REASON_BYTES, "untrustworthy: %s",
			json_text_at(gate->controls, "reason"));
		return EXIT_UNTRUSTWORTHY;
	}
	if (regressions + table->broken) {
		describe_worse(regressions, table->broken, reason);
		return gate->asked ? EXIT_REGRESSION : EXIT_DONE;
	}
	if (gate->asked && !table->comparisons) {
		snprintf(reason, REASON_BYTES,
			"no figure has runs enough for a test: an empty comparison is no pass");
		return EXIT_REFUSED;
	}
	describe_rest(inconclusive, absent, is_proven, reason);
	return gate->asked && gate->strict && (inconclusive + absent || !is_proven)
		? EXIT_INCONCLUSIVE
		: EXIT_DONE;
}

struct json *compare_gate(const struct compare_gate *gate, const struct compare_table *table)
{
	struct json *object = json_object();
	char reason[REASON_BYTES];
	enum exit_code code = decide(gate, table, reason);

	json_put_boolean(object, "asked", gate->asked);
	json_put_boolean(object, "strict", gate->strict);
	json_put_integer(object, "exit_code", code);
	json_put_string(object, "reason", reason);
	return object;
}
