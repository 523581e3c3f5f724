/* See compare_machine.h. */
#include "compare_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_print.h"
#include "memory.h"
#include "text.h"

#define NOT_FINGERPRINT "rlimit." /* of the settings: the shell's, not the machine's */
#define MOST_DESCRIBED  3

/* Below "environment". An object stands for all its members. */
static const struct member {
	const char *path;
	enum compare_fingerprint fingerprint;
	bool is_object;
} members[] = {
	{"cpu.model", COMPARE_HARDWARE, false},
	{"cpu.vendor", COMPARE_HARDWARE, false},
	{"cpu.id", COMPARE_HARDWARE, false},
	{"cpu.architecture", COMPARE_HARDWARE, false},
	{"cpu.machine", COMPARE_HARDWARE, false},
	{"cpu.hypervisor", COMPARE_HARDWARE, false},
	{"cpu.memory_bytes", COMPARE_HARDWARE, false},
	{"cpu.present", COMPARE_HARDWARE, false},
	{"topology.summary", COMPARE_HARDWARE, false},
	{"cpu.microcode", COMPARE_FIRMWARE, false},
	{"cpu.bios", COMPARE_FIRMWARE, false},
	{"kernel.name", COMPARE_KERNEL, false},
	{"kernel.release", COMPARE_KERNEL, false},
	{"kernel.version", COMPARE_KERNEL, false},
	{"kernel.cmdline", COMPARE_KERNEL, false},
	{"kernel.mitigations", COMPARE_KERNEL, false},
	{"kernel.preemption", COMPARE_KERNEL, false},
	{"power", COMPARE_TUNING, true},
	{"clock.source", COMPARE_TUNING, false},
	{"cpu.online", COMPARE_TUNING, false},
	{"settings", COMPARE_TUNING, true},
};

#define MEMBERS (sizeof members / sizeof members[0])

static const char *const names[COMPARE_FINGERPRINTS] = {
	[COMPARE_HARDWARE] = "hardware",
	[COMPARE_FIRMWARE] = "firmware",
	[COMPARE_KERNEL] = "kernel",
	[COMPARE_TUNING] = "tuning",
};

const char *compare_fingerprint_name(enum compare_fingerprint fingerprint)
{
	return names[fingerprint];
}

static const struct json *environment_of(const struct compare_arm *arm, size_t file)
{
	return json_get(arm->files[file].head, "environment");
}

bool compare_machine_is_same(
	struct compare_arm *const *arms, size_t arm_count, enum compare_fingerprint fingerprint)
{
	const char *first = NULL;

	for (size_t i = 0; i < arm_count; i++) {
		for (size_t file = 0; file < arms[i]->file_count; file++) {
			const char *said = json_string(
				json_get(json_find(environment_of(arms[i], file), "fingerprint"),
					names[fingerprint]),
				"");

			if (first && strcmp(first, said) != 0)
				return false;
			first = said;
		}
	}
	return true;
}

/* A path; or an object and the key of one of its members, which may hold dots. */
struct place {
	const char *path, *key; /* key: NULL for the path itself */
};

static const struct json *find(const struct json *environment, struct place place)
{
	const struct json *found = json_find(environment, place.path);

	return place.key ? json_get(found, place.key) : found;
}

/* A scalar as text; "" for null. */
static const char *text_of(const struct json *value, char number[JSON_NUMBER_BYTES])
{
	if (json_type(value) == JSON_NUMBER)
		return json_number_text(json_number(value), number);
	return json_string(value, "");
}

static bool is_seen(const struct compare_arm *arm, size_t file, struct place place)
{
	for (size_t i = 0; i < file; i++)
		if (json_same(find(environment_of(arm, i), place),
			    find(environment_of(arm, file), place)))
			return true;
	return false;
}

static char *text_at(const struct compare_arm *arm, struct place place)
{
	char number[JSON_NUMBER_BYTES], *joined = NULL;
	size_t length = 0;

	for (size_t file = 0; file < arm->file_count; file++) {
		const struct json *value = find(environment_of(arm, file), place);
		const char *text = text_of(value, number);

		if (json_type(value) == JSON_NULL || is_seen(arm, file, place))
			continue;
		joined = memory_resize(joined, length + strlen(text) + 3);
		length += (size_t)sprintf(joined + length, "%s%s", length ? ", " : "", text);
	}
	return joined;
}

char *compare_machine_text(const struct compare_arm *arm, const char *path)
{
	return text_at(arm, (struct place){.path = path});
}

static bool differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

struct differences {
	struct compare_arm *const *arms;
	size_t arm_count;
	struct json *found;
};

static void put_difference(struct differences *d, enum compare_fingerprint fingerprint,
	struct place place, char **texts)
{
	struct json *difference = json_add_object(d->found), *values;
	char member[256];

	snprintf(member, sizeof member, "%s%s%.200s", place.path, place.key ? "." : "",
		place.key ? place.key : "");
	json_put_string(difference, "fingerprint", names[fingerprint]);
	json_put_string(difference, "member", member);
	values = json_put_array(difference, "values");
	for (size_t i = 0; i < d->arm_count; i++)
		json_add_string(values, texts[i]);
}

/* Notes the member where the arms differ in it, or `always`. */
static void look_at(struct differences *d, enum compare_fingerprint fingerprint, struct place place,
	bool always)
{
	char **texts = memory_zeroed(d->arm_count, sizeof *texts);
	bool is_noted = always;

	for (size_t i = 0; i < d->arm_count; i++) {
		texts[i] = text_at(d->arms[i], place);
		is_noted |= differ(texts[0], texts[i]);
	}
	if (is_noted)
		put_difference(d, fingerprint, place, texts);
	for (size_t i = 0; i < d->arm_count; i++)
		free(texts[i]);
	free(texts);
}

static bool is_known(const struct differences *d, size_t arm, struct place place)
{
	for (size_t i = 0; i < arm; i++)
		if (find(environment_of(d->arms[i], 0), place))
			return true;
	return false;
}

/* All members of an object that the first file of any arm has. */
static void look_below(struct differences *d, const struct member *member)
{
	for (size_t i = 0; i < d->arm_count; i++) {
		const struct json *object = json_find(environment_of(d->arms[i], 0), member->path);

		for (const struct json *value = json_first(object); value;
			value = json_next(value)) {
			struct place place = {member->path, json_key(value)};

			if (strncmp(place.key, NOT_FINGERPRINT, strlen(NOT_FINGERPRINT)) != 0 &&
				!is_known(d, i, place))
				look_at(d, member->fingerprint, place, false);
		}
	}
}

struct json *compare_machine_differences(struct compare_arm *const *arms, size_t arm_count)
{
	struct differences d = {arms, arm_count, json_array()};

	for (enum compare_fingerprint f = 0; f < COMPARE_FINGERPRINTS; f++) {
		size_t before = json_count(d.found);

		if (compare_machine_is_same(arms, arm_count, f))
			continue;
		for (size_t i = 0; i < MEMBERS; i++) {
			if (members[i].fingerprint != f)
				continue;
			if (members[i].is_object)
				look_below(&d, &members[i]);
			else
				look_at(&d, f, (struct place){.path = members[i].path}, false);
		}
		/* another version hashed something else, or the files of an arm differ: then the
		 * hash is all there is to tell */
		if (json_count(d.found) == before)
			look_at(&d, f, (struct place){"fingerprint", names[f]}, true);
	}
	return d.found;
}

static void describe(FILE *out, const struct json *difference)
{
	fputs(json_text_at(difference, "member"), out);
	for (const struct json *value = json_first(json_get(difference, "values")); value;
		value = json_next(value)) {
		const char *text = json_string(value, "unknown");
		bool is_first = value == json_first(json_get(difference, "values"));

		fprintf(out, "%s%.80s%s", is_first ? " " : " / ", text,
			strlen(text) > 80 ? "..." : "");
	}
}

char *compare_machine_describe(const struct json *differences, enum compare_fingerprint fingerprint)
{
	size_t count = 0;
	struct text text;

	text_begin(&text);
	for (const struct json *i = json_first(differences); i; i = json_next(i)) {
		if (strcmp(json_text_at(i, "fingerprint"), names[fingerprint]) != 0 ||
			count++ >= MOST_DESCRIBED)
			continue;
		fputs(count > 1 ? "; " : "", text.out);
		describe(text.out, i);
	}
	if (count > MOST_DESCRIBED)
		fprintf(text.out, "; %zu more", count - MOST_DESCRIBED);
	return text_end(&text);
}
