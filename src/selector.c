/* See selector.h. */
#include "selector.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "message.h"
#include "wait.h"
#include "words.h"

static const char *const part_names[PARTS] = {"pattern", "transport", "wait", "size", "placement"};

/* The sizes that wildcards stand for. */
static const size_t sizes[] = {16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576};

#define SIZES      (sizeof sizes / sizeof sizes[0])
#define MOST_WORDS 96
#define USUAL      "usual" /* the plainest wait of each transport */

_Static_assert(SIZES <= SELECTOR_SIZES, "all sizes may be chosen");

static bool has_wildcard(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static int add_axis(struct selector *selector, char *text)
{
	int err = axes_check(text);

	for (size_t i = 0; i < selector->axis_count && !err; i++)
		if (axes_same_key(selector->axis[i], text))
			err = fail_text(EINVAL, "\"%s\": this axis is named twice", text);
	if (!err && selector->axis_count == SELECTOR_AXES)
		err = fail_text(EINVAL, "\"%s\": too many axes", text);
	if (!err)
		selector->axis[selector->axis_count++] = text;
	return err;
}

static int split(struct selector *selector, const char *glob)
{
	int count = 0;

	*selector = (struct selector){.part = {"*", "*", USUAL, "64", NULL}};
	if (strlen(glob) >= sizeof selector->text)
		return fail_text(EINVAL, "cell \"%.40s...\": too long", glob);
	strcpy(selector->text, glob);
	for (char *at = selector->text, *next; at; at = next) {
		next = strchr(at, '/');
		if (next)
			*next++ = '\0';
		if (strchr(at, '=')) {
			if (add_axis(selector, at) < 0)
				return -EINVAL;
			continue;
		}
		if (count == PARTS)
			return fail_text(EINVAL,
				"cell \"%s\": more than %d parts: expected "
				"PATTERN/TRANSPORT/WAIT/SIZE/PLACEMENT, and axes as "
				"key=value",
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
	words[n++] = USUAL;
	words[n] = NULL;
	return err ? err : check_word(PART_WAIT, selector->part[PART_WAIT], words);
}

unsigned selector_waits(const struct selector *selector, unsigned set)
{
	unsigned chosen = 0;

	if (set && strcmp(selector->part[PART_WAIT], USUAL) == 0)
		return WAIT_SET(wait_usual(set));
	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
		if (set & WAIT_SET(wait) && selector_matches(selector, PART_WAIT, wait_name(wait)))
			chosen |= WAIT_SET(wait);
	return chosen;
}

int selector_sizes(const struct selector *selector, size_t chosen[SELECTOR_SIZES], size_t *count)
{
	const char *part = selector->part[PART_SIZE];
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
	if (!err && part && !context->replace_placement && fnmatch(part, place->word, 0) != 0)
		err = fail_text(EINVAL, "placement \"%s\": --cpus says %s; leave this part out",
			part, place->word);
	return err;
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

int selector_places(const struct selector *selector, const struct plan_context *context,
	struct place places[PLACEMENT_CLASSES], size_t *count)
{
	const char *part = selector->part[PART_PLACEMENT];
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

int selector_parse(struct selector *selector, const char *glob)
{
	int err = split(selector, glob);

	return err ? err : check_words(selector);
}

bool selector_matches(const struct selector *selector, enum part part, const char *word)
{
	return fnmatch(selector->part[part], word, 0) == 0;
}
