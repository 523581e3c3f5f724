/* See list.h. */
#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "axes.h"
#include "fail.h"
#include "memory.h"
#include "pattern.h"
#include "scratch.h"
#include "wait.h"
#include "words.h"

#define TRIAL_BYTES 64

/* 0 where both ends can be built here. */
static int try_setup(const struct transport *transport, const struct scratch *scratch)
{
	struct link_buffers requested = {0}, effective = {0};
	struct link_params params = {
		.wait = wait_usual(transport->waits),
		.message_bytes = TRIAL_BYTES,
		.folder = scratch->path,
		.leftovers = scratch->leftovers,
		.requested = &requested,
		.effective = &effective,
	};
	void *state = memory_zeroed(1, transport->state_size);

	int err = transport->setup(state, &params);

	transport->teardown(state);
	if (transport->finish)
		transport->finish(state);
	free(state);
	return err;
}

static void add_transport(
	struct json *transports, const struct transport *transport, const struct scratch *scratch)
{
	struct json *object = json_add_object(transports);

	json_put_string(object, "name", transport->name);
	json_put_string(object, "summary", transport->summary);

	struct json *waits = json_put_array(object, "waits");

	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
		if (transport->waits & WAIT_SET(wait))
			json_add_string(waits, wait_name(wait));

	struct json *traits = json_put_array(object, "traits");

	if (transport->traits & TRAIT_LOSSY)
		json_add_string(traits, "lossy");
	if (transport->traits & TRAIT_HARNESS)
		json_add_string(traits, "harness");
	if (transport->traits & TRAIT_BYTES)
		json_add_string(traits, "byte-stream");
	if (transport->traits & TRAIT_BUFFER)
		json_add_string(traits, "buffer");
	if (transport->send_many)
		json_add_string(traits, "batch");
	if (transport->rendezvous)
		json_add_string(traits, "connect");
	if (transport->descriptor)
		json_add_string(traits, "fan-in");
	if (transport->max_message)
		json_put_integer(object, "max_message_bytes", (int64_t)transport->max_message);
	else
		json_put_null(object, "max_message_bytes");

	bool available = try_setup(transport, scratch) == 0;

	json_put_boolean(object, "available", available);
	json_put_string(object, "reason", available ? NULL : fail_reason());
}

static void put_word(struct json *array, const char *name, const char *summary)
{
	struct json *object = json_add_object(array);

	json_put_string(object, "name", name);
	json_put_string(object, "summary", summary);
}

static void add_axis(void *axes, const char *example, const char *summary, const char *patterns)
{
	char text[200];

	snprintf(text, sizeof text, "%s: %s", patterns, summary);
	put_word(axes, example, text);
}

static void add_placement(
	struct json *placements, const struct topology *topology, enum placement_class class)
{
	struct json *object = json_add_object(placements);
	struct cpu_pair cpus;
	bool available = topology_pair(topology, class, &cpus) == 0;

	json_put_string(object, "name", placement_name(class));
	json_put_boolean(object, "available", available);
	json_put_string(object, "reason", available ? NULL : fail_reason());

	struct json *pair = json_put_array(object, "cpus");

	if (available) {
		json_add_integer(pair, cpus.producer);
		json_add_integer(pair, cpus.consumer);
	}
	json_put_boolean(object, "nearest", class == topology_nearest(topology));
}

struct json *list_json(const struct topology *topology)
{
	struct scratch scratch;

	if (scratch_open(&scratch) < 0)
		return NULL;

	struct json *list = json_object();
	struct json *transports = json_put_array(list, "transports");

	for (size_t i = 0; transport_registry[i]; i++)
		add_transport(transports, transport_registry[i], &scratch);
	scratch_close(&scratch);

	struct json *patterns = json_put_array(list, "patterns");

	for (size_t i = 0; pattern_registry[i]; i++)
		put_word(patterns, pattern_registry[i]->name, pattern_registry[i]->summary);

	struct json *axes = json_put_array(list, "axes");

	axes_describe(add_axis, axes);

	struct json *waits = json_put_array(list, "waits");

	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
		put_word(waits, wait_name(wait), wait_summary(wait));

	struct json *placements = json_put_array(list, "placements");

	for (int class = 0; class < PLACEMENT_CLASSES; class ++)
		add_placement(placements, topology, (enum placement_class) class);
	return list;
}

static const char *text_of(const struct json *object, const char *key)
{
	return json_string(json_get(object, key), "");
}

static void print_words(FILE *out, const struct json *list, const char *key)
{
	fprintf(out, "%s\n", key);
	for (const struct json *word = json_first(json_get(list, key)); word;
		word = json_next(word))
		fprintf(out, "  %-20s %s\n", text_of(word, "name"), text_of(word, "summary"));
	fputc('\n', out);
}

/* "block, poll .. io-uring, spin": the five that any descriptor can be waited for with are told by
 * the first and the last of them. */
static void join_waits(const struct json *transport, char *text, size_t bytes)
{
	static const char all[] = "poll, select, epoll, epoll-et, io-uring";

	text[0] = '\0';
	for (const struct json *wait = json_first(json_get(transport, "waits")); wait;
		wait = json_next(wait)) {
		size_t used = strlen(text);

		snprintf(
			text + used, bytes - used, "%s%s", used ? ", " : "", json_string(wait, ""));
	}

	char *run = strstr(text, all);
	char rest[128];

	if (!run)
		return;
	snprintf(rest, sizeof rest, "%s", run + strlen(all));
	snprintf(run, bytes - (size_t)(run - text), "poll .. io-uring%s", rest);
}

static void print_transport(FILE *out, const struct json *transport)
{
	char waits[128], most[48] = "";
	int64_t bytes = json_integer(json_get(transport, "max_message_bytes"), 0);

	join_waits(transport, waits, sizeof waits);
	if (bytes)
		snprintf(most, sizeof most, ", up to %lld bytes", (long long)bytes);
	fprintf(out, "  %-20s %s%s [%s]\n", text_of(transport, "name"),
		text_of(transport, "summary"), most, waits);
	if (!json_is_true(json_get(transport, "available")))
		fprintf(out, "  %-20s not here: %s\n", "", text_of(transport, "reason"));
}

static void print_placement(FILE *out, const struct json *placement)
{
	const struct json *cpu = json_first(json_get(placement, "cpus"));

	fprintf(out, "  %-20s ", text_of(placement, "name"));
	if (!json_is_true(json_get(placement, "available")))
		fprintf(out, "not here: %s\n", text_of(placement, "reason"));
	else if (json_number(cpu) < 0)
		fprintf(out, "not pinned\n");
	else
		fprintf(out, "producer on CPU %.0f, consumer on CPU %.0f%s\n", json_number(cpu),
			json_number(json_next(cpu)),
			json_is_true(json_get(placement, "nearest"))
				? "; the default, with same-cpu beside it"
				: "");
}

void list_print(FILE *out, const struct json *list)
{
	print_words(out, list, "patterns");
	fprintf(out, "transports           what crosses, and in brackets the waits\n");
	for (const struct json *transport = json_first(json_get(list, "transports")); transport;
		transport = json_next(transport))
		print_transport(out, transport);
	fputc('\n', out);
	print_words(out, list, "waits");
	print_words(out, list, "axes");
	fprintf(out, "placements\n");
	for (const struct json *placement = json_first(json_get(list, "placements")); placement;
		placement = json_next(placement))
		print_placement(out, placement);
	fprintf(out,
		"\nusual, as a wait, stands for the first of a transport's (the default); nearest, "
		"as "
		"a placement, for the\nclosest pair of different cores\n\nsizes: 16 bytes to 1M; a "
		"cell is "
		"PATTERN/TRANSPORT/WAIT/SIZE/PLACEMENT, "
		"as in\npingpong/pipe/block/64/same-cpu, with axes behind it: "
		"pingpong/pipe/block/64/same-cpu/think=1ms\n");
}
