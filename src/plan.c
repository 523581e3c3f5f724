/* See plan.h. */
#include "plan.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "message.h"
#include "wait.h"
#include "words.h"

enum part { PART_PATTERN, PART_TRANSPORT, PART_WAIT, PART_SIZE, PART_PLACEMENT, PARTS };

static const char *const part_names[PARTS] = {"pattern", "transport", "wait", "size", "placement"};

/* The sizes that wildcards stand for. */
static const size_t sizes[] = {16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576};

#define SIZES      (sizeof sizes / sizeof sizes[0])
#define MOST_WORDS 64

/* One glob without braces, cut at its slashes. */
struct selector {
	const char *part[PARTS];
	char text[256];
};

static bool has_wildcard(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static int split(struct selector *selector, const char *glob)
{
	int count = 0;

	*selector = (struct selector){.part = {"*", "*", "*", "64", NULL}};
	if (strlen(glob) >= sizeof selector->text)
		return fail_text(EINVAL, "cell \"%.40s...\": too long", glob);
	strcpy(selector->text, glob);
	for (char *at = selector->text, *next; at; at = next) {
		next = strchr(at, '/');
		if (next)
			*next++ = '\0';
		if (count == PARTS)
			return fail_text(EINVAL,
				"cell \"%s\": more than %d parts: expected "
				"PATTERN/TRANSPORT/WAIT/SIZE/PLACEMENT",
				glob, PARTS);
		selector->part[count++] = at;
	}
	return 0;
}

/* -EINVAL unless the part is a wildcard or one of the words. */
static int check_word(enum part part, const char *text, const char *const *words)
{
	const char *nearest = words_nearest(text, words);

	if (has_wildcard(text))
		return 0;
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return 0;
	if (nearest)
		return fail_text(EINVAL, "unknown %s \"%s\": did you mean \"%s\"?",
			part_names[part], text, nearest);
	return fail_text(EINVAL, "unknown %s \"%s\": see `ipcmark list`", part_names[part], text);
}

static int check_words(const struct selector *selector)
{
	const char *words[MOST_WORDS] = {NULL};
	size_t n = 0;

	for (; pattern_registry[n]; n++)
		words[n] = pattern_registry[n]->name;
	words[n] = NULL;

	int err = check_word(PART_PATTERN, selector->part[PART_PATTERN], words);

	for (n = 0; n < MOST_WORDS - 1 && transport_registry[n]; n++)
		words[n] = transport_registry[n]->name;
	words[n] = NULL;
	if (!err)
		err = check_word(PART_TRANSPORT, selector->part[PART_TRANSPORT], words);
	for (n = 0; n < WAIT_MODES; n++)
		words[n] = wait_name((enum wait_mode)n);
	words[n] = NULL;
	return err ? err : check_word(PART_WAIT, selector->part[PART_WAIT], words);
}

/* Whether a size of the table matches; a size that is spelled out stands for itself. */
static int choose_sizes(const char *part, size_t chosen[SIZES], size_t *count)
{
	uint64_t bytes;

	*count = 0;
	if (!has_wildcard(part)) {
		int err = words_parse_size(part, &bytes);

		if (err)
			return err;
		if (bytes < MESSAGE_MIN_BYTES || bytes > MESSAGE_MAX_BYTES)
			return fail_text(EINVAL, "size \"%s\": messages have %zu bytes to 1M", part,
				MESSAGE_MIN_BYTES);
		chosen[(*count)++] = (size_t)bytes;
		return 0;
	}
	for (size_t i = 0; i < SIZES; i++) {
		char text[16];

		words_format_size(sizes[i], text, sizeof text);
		if (fnmatch(part, text, 0) == 0)
			chosen[(*count)++] = sizes[i];
	}
	return 0;
}

struct place {
	char word[24];
	enum placement_class class;
	struct cpu_pair cpus;
	char missing[PLAN_REASON_BYTES]; /* why this machine has no such pair; "" */
};

static void place_class(
	struct place *place, const struct topology *topology, enum placement_class class)
{
	*place = (struct place){.class = class, .cpus = {-1, -1}};
	snprintf(place->word, sizeof place->word, "%s", placement_name(class));
	if (topology_pair(topology, class, &place->cpus) < 0)
		snprintf(place->missing, sizeof place->missing, "%.*s", PLAN_REASON_BYTES - 1,
			fail_reason());
}

static int place_given(struct place *place, const struct plan_context *context, const char *part)
{
	*place = (struct place){.cpus = *context->cpus};

	int err = topology_classify(context->topology, place->cpus, &place->class);

	snprintf(place->word, sizeof place->word, "%d,%d", place->cpus.producer,
		place->cpus.consumer);
	if (!err && part && fnmatch(part, place->word, 0) != 0)
		err = fail_text(EINVAL, "placement \"%s\": --cpus says %s; leave this part out",
			part, place->word);
	return err;
}

bool plan_parse_cpus(const char *part, struct cpu_pair *cpus)
{
	int end = 0;

	return isdigit((unsigned char)part[0]) && strspn(part, "0123456789,") == strlen(part) &&
		sscanf(part, "%5d,%5d%n", &cpus->producer, &cpus->consumer, &end) == 2 &&
		!part[end];
}

static int choose_classes(struct place places[PLACEMENT_CLASSES], size_t *count,
	const struct plan_context *context, const char *part)
{
	const char *words[PLACEMENT_CLASSES + 2] = {[PLACEMENT_CLASSES] = "nearest"};

	for (int class = 0; class < PLACEMENT_CLASSES; class ++)
		words[class] = placement_name((enum placement_class) class);

	int err = check_word(PART_PLACEMENT, part, words);

	if (strcmp(part, "nearest") == 0)
		part = placement_name(topology_nearest(context->topology));
	for (int class = 0; class < PLACEMENT_CLASSES && !err; class ++)
		if (fnmatch(part, words[class], 0) == 0)
			place_class(&places[(*count)++], context->topology,
				(enum placement_class) class);
	return err;
}

static int choose_places(struct place places[PLACEMENT_CLASSES], size_t *count,
	const struct plan_context *context, const char *part)
{
	struct cpu_pair pair;

	*count = 0;
	if (context->cpus) {
		*count = 1;
		return place_given(&places[0], context, part);
	}
	if (part && plan_parse_cpus(part, &pair)) {
		struct plan_context given = {.topology = context->topology, .cpus = &pair};

		*count = 1;
		return place_given(&places[0], &given, NULL);
	}
	if (part)
		return choose_classes(places, count, context, part);
	place_class(&places[(*count)++], context->topology, topology_nearest(context->topology));
	if (places[0].class != PLACEMENT_SAME_CPU)
		place_class(&places[(*count)++], context->topology, PLACEMENT_SAME_CPU);
	return 0;
}

/* What can be said without trying. */
static void cell_check(struct cell *cell, const struct place *place)
{
	size_t most = cell->transport->max_message;

	if (place->missing[0])
		snprintf(cell->skip, sizeof cell->skip, "%s", place->missing);
	else if (most && cell->message_bytes > most)
		snprintf(cell->skip, sizeof cell->skip, "%s carries at most %zu bytes in a message",
			cell->transport->name, most);
	else if (cell->wait == WAIT_SPIN && cell->cpus.producer >= 0 &&
		cell->cpus.producer == cell->cpus.consumer)
		snprintf(cell->skip, sizeof cell->skip,
			"spin needs two CPUs: on one, each side would spin until its time slice "
			"ends");
}

static bool plan_has(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->cells[i].id, id) == 0)
			return true;
	return false;
}

/* `cell` has its pattern, transport, wait and size. */
static int plan_append(struct plan *plan, struct cell cell, const struct place *place)
{
	char size[16];

	cell.class = place->class;
	cell.cpus = place->cpus;
	memcpy(cell.placement, place->word, sizeof cell.placement);
	words_format_size(cell.message_bytes, size, sizeof size);
	snprintf(cell.id, sizeof cell.id, "%s/%s/%s/%s/%s", cell.pattern->name,
		cell.transport->name, wait_name(cell.wait), size, cell.placement);
	cell_check(&cell, place);
	if (plan_has(plan, cell.id))
		return 0;

	struct cell *grown = realloc(plan->cells, (plan->count + 1) * sizeof *grown);

	if (!grown)
		return fail("realloc");
	plan->cells = grown;
	plan->cells[plan->count++] = cell;
	return 0;
}

/* The chosen values of one selector. */
struct choice {
	const struct selector *selector;
	size_t sizes[SIZES], size_count;
	struct place places[PLACEMENT_CLASSES];
	size_t place_count, matched;
};

static int add_sizes_and_places(struct plan *plan, struct choice *choice, struct cell cell)
{
	for (size_t s = 0; s < choice->size_count; s++) {
		for (size_t p = 0; p < choice->place_count; p++) {
			cell.message_bytes = choice->sizes[s];

			int err = plan_append(plan, cell, &choice->places[p]);

			if (err)
				return err;
			choice->matched++;
		}
	}
	return 0;
}

static bool matches(const struct choice *choice, enum part part, const char *word)
{
	return fnmatch(choice->selector->part[part], word, 0) == 0;
}

static int add_transport(struct plan *plan, struct choice *choice, struct cell cell)
{
	int err = 0;

	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES && !err; wait++) {
		cell.wait = wait;
		if (cell.transport->waits & WAIT_SET(wait) &&
			matches(choice, PART_WAIT, wait_name(wait)))
			err = add_sizes_and_places(plan, choice, cell);
	}
	return err;
}

static int add_selector(
	struct plan *plan, const struct plan_context *context, const char *glob, size_t *matched)
{
	struct selector selector;
	struct choice choice = {.selector = &selector};
	int err = split(&selector, glob);

	if (!err)
		err = check_words(&selector);
	if (!err)
		err = choose_sizes(selector.part[PART_SIZE], choice.sizes, &choice.size_count);
	if (!err)
		err = choose_places(
			choice.places, &choice.place_count, context, selector.part[PART_PLACEMENT]);
	for (size_t p = 0; pattern_registry[p] && !err; p++) {
		if (!matches(&choice, PART_PATTERN, pattern_registry[p]->name))
			continue;
		for (size_t t = 0; transport_registry[t] && !err; t++)
			if (matches(&choice, PART_TRANSPORT, transport_registry[t]->name))
				err = add_transport(plan, &choice,
					(struct cell){.pattern = pattern_registry[p],
						.transport = transport_registry[t]});
	}
	*matched += choice.matched;
	return err;
}

int plan_add(struct plan *plan, const struct plan_context *context, const char *glob)
{
	char **globs = words_expand_braces(glob);
	size_t matched = 0;
	int err = 0;

	if (!globs)
		return -EINVAL;
	for (size_t i = 0; globs[i] && !err; i++)
		err = add_selector(plan, context, globs[i], &matched);
	words_free(globs);
	if (!err && matched == 0)
		err = fail_text(EINVAL,
			"cell \"%s\": matches none: see `ipcmark list` for what goes with what",
			glob);
	return err;
}

void plan_clear(struct plan *plan)
{
	free(plan->cells);
	*plan = (struct plan){0};
}
