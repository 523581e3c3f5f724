/* See plan.h. */
#include "plan.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "selector.h"
#include "wait.h"
#include "words.h"

bool plan_parse_cpus(const char *part, struct cpu_pair *cpus)
{
	int end = 0;

	return isdigit((unsigned char)part[0]) && strspn(part, "0123456789,") == strlen(part) &&
		sscanf(part, "%5d,%5d%n", &cpus->producer, &cpus->consumer, &end) == 2 &&
		!part[end];
}

/* What can be said without trying. */
#define BATCH_MOST_BYTES (UINT64_C(64) << 20)

_Static_assert(AXES_PAIRS_MOST <= CROWD_MOST, "all pairs have a place");

static void cell_check(struct cell *cell, const struct place *place)
{
	size_t most = cell->transport->max_message;

	if (place->missing[0])
		snprintf(cell->skip, sizeof cell->skip, "%s", place->missing);
	else if (most && cell->message_bytes > most)
		snprintf(cell->skip, sizeof cell->skip, "%s carries at most %zu bytes in a message",
			cell->transport->name, most);
	else if (cell->axes.active > cell->axes.connections)
		snprintf(cell->skip, sizeof cell->skip, "active=%u: there are %u connections",
			cell->axes.active, cell->axes.connections);
	else if (cell->axes.batch * (uint64_t)cell->message_bytes > BATCH_MOST_BYTES)
		snprintf(cell->skip, sizeof cell->skip,
			"a batch of %u messages of %zu bytes is more than 64M: each side would "
			"hold two",
			cell->axes.batch, cell->message_bytes);
	else if (cell->wait == WAIT_SPIN && cell->cpus.producer >= 0 &&
		cell->cpus.producer == cell->cpus.consumer)
		snprintf(cell->skip, sizeof cell->skip,
			"spin needs two CPUs: on one, each side would spin until its time slice "
			"ends");
	else if (cell->wait == WAIT_SPIN && cell->crowd.shares_cpus)
		snprintf(cell->skip, sizeof cell->skip,
			"spin needs a CPU for each side: %u pairs need %u, and this placement has "
			"fewer",
			cell->crowd.pairs, 2 * cell->crowd.pairs);
	else if (cell->pattern->is_one_way && cell->transport->traits & TRAIT_HARNESS)
		snprintf(cell->skip, sizeof cell->skip, "nothing crosses, so nothing arrives");
	else if (cell->pattern->is_one_way && cell->class == PLACEMENT_FLOATING)
		snprintf(cell->skip, sizeof cell->skip,
			"one-way times need two CPUs whose clocks are compared: this placement "
			"has no fixed ones");
}

static bool plan_has(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->cells[i].id, id) == 0)
			return true;
	return false;
}

static int plan_push(struct plan *plan, const struct cell *cell)
{
	struct cell *grown = realloc(plan->cells, (plan->count + 1) * sizeof *grown);

	if (!grown)
		return fail("realloc");
	plan->cells = grown;
	plan->cells[plan->count++] = *cell;
	return 0;
}

static void name_cell(struct cell *cell)
{
	char size[16], axes[AXES_TEXT];

	words_format_size(cell->message_bytes, size, sizeof size);
	axes_format(&cell->axes, axes);
	snprintf(cell->id, sizeof cell->id, "%s/%s/%s/%s/%s%s", cell->pattern->name,
		cell->transport->name, wait_name(cell->wait), size, cell->placement, axes);
}

/* `cell` has its pattern, transport, wait, size and axes. */
static int plan_append(struct plan *plan, struct cell cell, const struct place *place)
{
	cell.class = place->class;
	cell.cpus = place->cpus;
	memcpy(cell.placement, place->word, sizeof cell.placement);
	name_cell(&cell);
	cell_check(&cell, place);
	return plan_has(plan, cell.id) ? 0 : plan_push(plan, &cell);
}

#define MOST_AXES 16

/* The chosen values of one selector. */
struct choice {
	const struct topology *topology;
	const struct selector *selector;
	struct axes axes[MOST_AXES];
	size_t axes_count;
	size_t sizes[SELECTOR_SIZES], size_count;
	struct place places[PLACEMENT_CLASSES];
	size_t place_count, matched;
};

/* Where there is a place for one pair, there is one for several: shared, at the worst. */
static int place_crowd(const struct choice *choice, const struct place *place, struct cell *cell)
{
	cell->crowd = (struct crowd){.pairs = 0};
	if (cell->axes.pairs <= 1 || place->missing[0])
		return 0;
	return topology_crowd(choice->topology, place->cpus, cell->axes.pairs, &cell->crowd);
}

static int add_places(struct plan *plan, struct choice *choice, struct cell cell)
{
	for (size_t p = 0; p < choice->place_count; p++) {
		for (size_t a = 0; a < choice->axes_count; a++) {
			cell.axes = choice->axes[a];

			int err = place_crowd(choice, &choice->places[p], &cell);

			if (!err)
				err = plan_append(plan, cell, &choice->places[p]);

			if (err)
				return err;
			choice->matched++;
		}
	}
	return 0;
}

static int add_sizes(struct plan *plan, struct choice *choice, struct cell cell)
{
	int err = 0;

	for (size_t s = 0; s < choice->size_count && !err; s++) {
		cell.message_bytes = choice->sizes[s];
		err = add_places(plan, choice, cell);
	}
	return err;
}

static int add_transport(struct plan *plan, struct choice *choice, struct cell cell)
{
	unsigned waits =
		selector_waits(choice->selector, pattern_waits(cell.pattern, cell.transport));
	int err = 0;

	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES && !err; wait++) {
		cell.wait = wait;
		if (waits & WAIT_SET(wait))
			err = add_sizes(plan, choice, cell);
	}
	return err;
}

/* The axes that the cells of this pattern have; *applies is false where a wildcard also stands for
 * a pattern that lacks one. */
static int choose_axes(struct choice *choice, const struct plan_context *context,
	const struct pattern *pattern, bool *applies)
{
	static const struct axes half = {.load_percent = 50};
	const struct selector *selector = choice->selector;
	bool any = strcmp(selector->part[PART_PATTERN], pattern->name) != 0;
	struct axes given = {0};
	int err = 0;

	*applies = true;
	for (size_t i = 0; i < selector->axis_count && !err; i++) {
		if (any && !axes_applies(selector->axis[i], pattern)) {
			*applies = false;
			return 0;
		}
		err = axes_add(&given, pattern, selector->axis[i]);
	}
	axes_complete(&given, pattern);
	choice->axes[0] = given;
	choice->axes_count = 1;
	if (pattern != &pattern_paced || given.load_percent || given.rate_per_s)
		return err;

	const struct axes *paced = context->paced ? context->paced : &half;

	choice->axes_count = context->paced ? context->paced_count : 1;
	assert(choice->axes_count <= MOST_AXES);
	for (size_t i = 0; i < choice->axes_count; i++) {
		choice->axes[i] = given;
		choice->axes[i].rate_per_s = paced[i].rate_per_s;
		choice->axes[i].load_percent = paced[i].load_percent;
	}
	return err;
}

static int add_pattern(struct plan *plan, struct choice *choice, const struct pattern *pattern)
{
	int err = 0;

	for (size_t t = 0; transport_registry[t] && !err; t++) {
		const struct transport *transport = transport_registry[t];
		struct cell cell = {.pattern = pattern, .transport = transport};
		bool named = strcmp(choice->selector->part[PART_TRANSPORT], transport->name) == 0;

		if (!selector_matches(choice->selector, PART_TRANSPORT, transport->name))
			continue;
		err = axes_suit(&choice->axes[0], transport);
		if (!err)
			err = add_transport(plan, choice, cell);
		else if (!named) /* a wildcard stands for those that it suits */
			err = 0;
	}
	return err;
}

static int add_selector(
	struct plan *plan, const struct plan_context *context, const char *glob, size_t *matched)
{
	struct selector selector;
	struct choice choice = {.topology = context->topology, .selector = &selector};
	int err = selector_parse(&selector, glob);

	if (!err)
		err = selector_sizes(&selector, choice.sizes, &choice.size_count);
	if (!err)
		err = selector_places(&selector, context, choice.places, &choice.place_count);
	for (size_t p = 0; pattern_registry[p] && !err; p++) {
		bool applies;

		if (!selector_matches(&selector, PART_PATTERN, pattern_registry[p]->name))
			continue;
		err = choose_axes(&choice, context, pattern_registry[p], &applies);
		if (!err && applies)
			err = add_pattern(plan, &choice, pattern_registry[p]);
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

int plan_add_controls(struct plan *plan, const struct plan_context *context, const char *glob)
{
	struct plan chosen = {0};
	int err = plan_add(&chosen, context, glob);

	assert(err || chosen.cells);
	for (enum control control = CONTROL_NONE; control <= CONTROL_POSITIVE && !err; control++) {
		struct cell cell = chosen.cells[0];

		cell.axes.control = control;
		name_cell(&cell);
		err = plan_has(plan, cell.id) ? 0 : plan_push(plan, &cell);
	}
	plan_clear(&chosen);
	return err;
}

void plan_clear(struct plan *plan)
{
	free(plan->cells);
	*plan = (struct plan){0};
}
