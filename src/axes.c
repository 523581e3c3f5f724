/* See axes.h. One row for each axis: what it is called, whose it is, how it is read and written. */
#include "axes.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "words.h"

#define VALUE_BYTES    24
#define THINK_MOST_NS  1000000000U
#define BUFFER_MOST    ((uint64_t)1 << 30)
#define PATTERNS_BYTES 128
#define CONNECTIONS    64 /* where none are named */

static int read_think(struct axes *axes, const char *value)
{
	axes->think_ns = 0;

	int err = strcmp(value, "0") == 0 ? 0 : words_parse_duration(value, &axes->think_ns);

	/* the watchdog takes longer silence for a hang */
	if (!err && axes->think_ns > THINK_MOST_NS)
		err = fail_text(EINVAL, "think \"%.40s\": at most 1s", value);
	return err;
}

static void write_think(const struct axes *axes, char value[VALUE_BYTES])
{
	if (axes->think_ns)
		words_format_exact_duration(axes->think_ns, value, VALUE_BYTES);
}

static int read_rate(struct axes *axes, const char *value)
{
	axes->load_percent = 0;
	return words_parse_rate(value, &axes->rate_per_s);
}

static void write_rate(const struct axes *axes, char value[VALUE_BYTES])
{
	if (axes->rate_per_s)
		snprintf(value, VALUE_BYTES, "%" PRIu64, axes->rate_per_s);
}

static int read_load(struct axes *axes, const char *value)
{
	unsigned percent = 0;
	int end = 0;

	if (!isdigit((unsigned char)value[0]) || sscanf(value, "%3u%%%n", &percent, &end) != 1 ||
		end == 0 || value[end] || percent < 1 || percent > 200)
		return fail_text(EINVAL,
			"load \"%.40s\": expected 1%% to 200%% of the cell's capacity, for "
			"example 50%%",
			value);
	axes->load_percent = percent;
	axes->rate_per_s = 0;
	return 0;
}

static void write_load(const struct axes *axes, char value[VALUE_BYTES])
{
	if (axes->load_percent)
		snprintf(value, VALUE_BYTES, "%" PRIu32 "%%", axes->load_percent);
}

static int read_control(struct axes *axes, const char *value)
{
	if (strcmp(value, "a-a") == 0)
		axes->control = CONTROL_A_A;
	else if (strcmp(value, "positive") == 0)
		axes->control = CONTROL_POSITIVE;
	else
		return fail_text(EINVAL, "control \"%.40s\": expected a-a or positive", value);
	return 0;
}

static void write_control(const struct axes *axes, char value[VALUE_BYTES])
{
	if (axes->control)
		snprintf(value, VALUE_BYTES, "%s",
			axes->control == CONTROL_A_A ? "a-a" : "positive");
}

/* A whole number from `least` to `most`. */
static int read_count(
	const char *key, const char *value, uint32_t least, uint32_t most, uint32_t *count)
{
	unsigned number = 0;
	int end = 0;

	if (!isdigit((unsigned char)value[0]) || sscanf(value, "%9u%n", &number, &end) != 1 ||
		value[end] || number < least || number > most)
		return fail_text(EINVAL, "%s \"%.40s\": expected %" PRIu32 " to %" PRIu32, key,
			value, least, most);
	*count = number;
	return 0;
}

static void write_count(uint32_t count, char value[VALUE_BYTES])
{
	if (count)
		snprintf(value, VALUE_BYTES, "%" PRIu32, count);
}

static int read_connections(struct axes *axes, const char *value)
{
	return read_count("connections", value, 1, AXES_CONNECTIONS_MOST, &axes->connections);
}

static void write_connections(const struct axes *axes, char value[VALUE_BYTES])
{
	write_count(axes->connections, value);
}

static int read_active(struct axes *axes, const char *value)
{
	return read_count("active", value, 1, AXES_CONNECTIONS_MOST, &axes->active);
}

static void write_active(const struct axes *axes, char value[VALUE_BYTES])
{
	write_count(axes->active, value);
}

/* One is no axis. */
static int read_several(const char *key, const char *value, uint32_t most, uint32_t *count)
{
	int err = read_count(key, value, 1, most, count);

	if (*count == 1)
		*count = 0;
	return err;
}

static int read_batch(struct axes *axes, const char *value)
{
	return read_several("batch", value, AXES_BATCH_MOST, &axes->batch);
}

static void write_batch(const struct axes *axes, char value[VALUE_BYTES])
{
	write_count(axes->batch, value);
}

static int read_pairs(struct axes *axes, const char *value)
{
	return read_several("pairs", value, AXES_PAIRS_MOST, &axes->pairs);
}

static void write_pairs(const struct axes *axes, char value[VALUE_BYTES])
{
	write_count(axes->pairs, value);
}

static int read_buffer(struct axes *axes, const char *value)
{
	int err = words_parse_size(value, &axes->buffer_bytes);

	if (!err && (axes->buffer_bytes < 1 || axes->buffer_bytes > BUFFER_MOST))
		err = fail_text(EINVAL, "buffer \"%.40s\": expected a size up to 1024M", value);
	return err;
}

static void write_buffer(const struct axes *axes, char value[VALUE_BYTES])
{
	if (axes->buffer_bytes)
		words_format_size(axes->buffer_bytes, value, VALUE_BYTES);
}

static int read_sides(struct axes *axes, const char *value)
{
	axes->threads = strcmp(value, "threads") == 0;
	return axes->threads || strcmp(value, "processes") == 0
		? 0
		: fail_text(EINVAL, "sides \"%.40s\": expected threads or processes", value);
}

static void write_sides(const struct axes *axes, char value[VALUE_BYTES])
{
	if (axes->threads)
		snprintf(value, VALUE_BYTES, "threads");
}

#define EVERY_PATTERN                                              \
	{                                                          \
		&pattern_pingpong, &pattern_stream, &pattern_paced \
	}

static const struct axis {
	const char *key, *example, *summary;
	const struct pattern *patterns[4]; /* whose it is; NULL at the end */
	int (*read)(struct axes *axes, const char *value);
	void (*write)(const struct axes *axes, char value[VALUE_BYTES]); /* nothing where unset */
	const char *column;                                 /* in tables, with its unit */
	int (*number)(const char *value, uint64_t *number); /* in it; NULL: as it is written */
} table[] = {
	{"think", "think=1ms", "the producer sleeps before each round trip: from idle CPUs",
		{&pattern_pingpong}, read_think, write_think, "think_ns", words_parse_duration},
	{"rate", "rate=20000", "messages a second that are due", {&pattern_paced}, read_rate,
		write_rate, "asked_rate_per_s", NULL},
	{"load", "load=50%", "the same as a share of what the cell can move (the default)",
		{&pattern_paced}, read_load, write_load, "load_percent", NULL},
	{"connections", "connections=64", "that the one consumer waits for", {&pattern_fanin},
		read_connections, write_connections, "connections", NULL},
	{"active", "active=1", "of the connections, those over which messages come",
		{&pattern_fanin}, read_active, write_active, "active", NULL},
	{"batch", "batch=16", "messages in one system call, where the mechanism lets it",
		{&pattern_stream}, read_batch, write_batch, "batch", NULL},
	{"pairs", "pairs=4", "so many producers and consumers at once: how a mechanism scales",
		{&pattern_pingpong, &pattern_stream}, read_pairs, write_pairs, "pairs", NULL},
	{"buffer", "buffer=64K", "asks for a size of socket buffers, pipe, queue or ring",
		EVERY_PATTERN, read_buffer, write_buffer, "buffer_bytes", words_parse_size},
	{"sides", "sides=threads", "both sides are threads of one process", EVERY_PATTERN,
		read_sides, write_sides, "sides", NULL},
	{"control", "control=a-a",
		"the cell once more, or slowed down by a known spin: control=positive",
		{&pattern_pingpong}, read_control, write_control, "control", NULL},
};

#define AXES (sizeof table / sizeof table[0])

static bool has(const struct pattern *const patterns[], const struct pattern *pattern)
{
	size_t i = 0;

	while (patterns[i] && patterns[i] != pattern)
		i++;
	return patterns[i] != NULL;
}

/* "pingpong, stream". */
static void name_patterns(const struct axis *axis, char *out, size_t room)
{
	out[0] = '\0';
	for (size_t i = 0; axis->patterns[i]; i++) {
		size_t used = strlen(out);

		snprintf(out + used, room - used, "%s%s", i ? ", " : "", axis->patterns[i]->name);
	}
}

void axes_describe(
	void (*each)(void *context, const char *example, const char *summary, const char *patterns),
	void *context)
{
	for (size_t i = 0; i < AXES; i++) {
		char names[PATTERNS_BYTES];

		name_patterns(&table[i], names, sizeof names);
		each(context, table[i].example, table[i].summary, names);
	}
}

static const struct axis *find(const char *text)
{
	const char *keys[AXES + 1] = {NULL};
	size_t length = strcspn(text, "=");
	char key[32];

	for (size_t i = 0; i < AXES; i++) {
		keys[i] = table[i].key;
		if (strlen(keys[i]) == length && strncmp(keys[i], text, length) == 0)
			return &table[i];
	}
	snprintf(key, sizeof key, "%.*s", (int)length, text);

	const char *nearest = words_nearest(key, keys);

	fail_text(EINVAL, "unknown axis \"%s\"%s%s%s", key,
		nearest ? ": did you mean \"" : ": see `ipcmark list`", nearest ? nearest : "",
		nearest ? "=\"?" : "");
	return NULL;
}

int axes_check(const char *text)
{
	return find(text) ? 0 : -EINVAL;
}

bool axes_same_key(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return length == strcspn(b, "=") && strncmp(a, b, length) == 0;
}

bool axes_applies(const char *text, const struct pattern *pattern)
{
	const struct axis *axis = find(text);

	return axis && has(axis->patterns, pattern);
}

int axes_add(struct axes *axes, const struct pattern *pattern, const char *text)
{
	const struct axis *axis = find(text);

	if (!axis)
		return -EINVAL;
	if (!has(axis->patterns, pattern)) {
		char names[PATTERNS_BYTES];

		name_patterns(axis, names, sizeof names);
		return fail_text(EINVAL, "\"%.40s\": %s has no such axis: it is one of %s", text,
			pattern->name, names);
	}
	return axis->read(axes, text + strlen(axis->key) + 1);
}

void axes_each(const struct axes *axes,
	void (*each)(void *context, const char *key, const char *value), void *context)
{
	for (size_t i = 0; i < AXES; i++) {
		char value[VALUE_BYTES] = "";

		table[i].write(axes, value);
		if (value[0])
			each(context, table[i].key, value);
	}
}

void axes_columns(void (*each)(void *context, const char *key, const char *column), void *context)
{
	for (size_t i = 0; i < AXES; i++)
		each(context, table[i].key, table[i].column);
}

double axes_number(const char *key, const char *value)
{
	const struct axis *axis = find(key);
	uint64_t number = 0;

	if (!axis || !isdigit((unsigned char)value[0]))
		return NAN;
	if (!axis->number)
		return strtod(value, NULL);
	return axis->number(value, &number) < 0 ? NAN : (double)number;
}

static void append(void *context, const char *key, const char *value)
{
	char *out = context;
	size_t used = strlen(out);

	snprintf(out + used, AXES_TEXT - used, "/%s=%s", key, value);
}

void axes_format(const struct axes *axes, char out[AXES_TEXT])
{
	out[0] = '\0';
	axes_each(axes, append, out);
}

void axes_complete(struct axes *axes, const struct pattern *pattern)
{
	if (pattern != &pattern_fanin)
		return;
	if (!axes->connections)
		axes->connections = axes->active > CONNECTIONS ? axes->active : CONNECTIONS;
	if (!axes->active)
		axes->active = 1;
}

int axes_suit(const struct axes *axes, const struct transport *transport)
{
	if (axes->buffer_bytes && !(transport->traits & TRAIT_BUFFER))
		return fail_text(EINVAL, "buffer=: %s has no buffer whose size could be asked for",
			transport->name);
	if (axes->batch && !transport->send_many)
		return fail_text(
			EINVAL, "batch=: %s moves one message in a system call", transport->name);
	return 0;
}
