/* See axes.h. One row for each axis: what it is called, whose it is, how it is read and written. */
#include "axes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "words.h"

#define VALUE_BYTES   24
#define THINK_MOST_NS 1000000000U

const struct axis_summary axes_summaries[] = {
	{"think=1ms", "the producer sleeps before each round trip: from idle CPUs",
		&pattern_pingpong},
	{"rate=20000", "messages a second that are due", &pattern_paced},
	{"load=50%", "the same as a share of what the cell can move (the default)", &pattern_paced},
	{"control=a-a", "the cell once more, or slowed down by a known spin: control=positive",
		&pattern_pingpong},
	{NULL, NULL, NULL},
};

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

	if (sscanf(value, "%3u%%%n", &percent, &end) != 1 || end == 0 || value[end] ||
		percent < 1 || percent > 200)
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

static const struct axis {
	const char *key;
	const struct pattern *pattern;
	int (*read)(struct axes *axes, const char *value);
	void (*write)(const struct axes *axes, char value[VALUE_BYTES]); /* nothing where unset */
} table[] = {
	{"think", &pattern_pingpong, read_think, write_think},
	{"rate", &pattern_paced, read_rate, write_rate},
	{"load", &pattern_paced, read_load, write_load},
	{"control", &pattern_pingpong, read_control, write_control},
};

#define AXES (sizeof table / sizeof table[0])

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
		nearest ? ": did you mean \"" : ": expected think=, rate=, load= or control=",
		nearest ? nearest : "", nearest ? "=\"?" : "");
	return NULL;
}

int axes_check(const char *text)
{
	return find(text) ? 0 : -EINVAL;
}

bool axes_applies(const char *text, const struct pattern *pattern)
{
	const struct axis *axis = find(text);

	return axis && axis->pattern == pattern;
}

int axes_add(struct axes *axes, const struct pattern *pattern, const char *text)
{
	const struct axis *axis = find(text);

	if (!axis)
		return -EINVAL;
	if (axis->pattern != pattern)
		return fail_text(EINVAL, "\"%.40s\": %s has no such axis: it is one of %s", text,
			pattern->name, axis->pattern->name);
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
