/* See json_keys.h. */
#include "json_keys.h"

#include "memory.h"

#include <stdint.h>
#include <string.h>

#define SMALL 128 /* members: above, sorting is faster whatever the keys are */

struct slot {
	const struct json *member;
	size_t ordinal;
};

static int compare_slots(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int order = strcmp(json_key(x->member), json_key(y->member));

	return order ? order : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static void sort_slots(struct slot *slots, size_t count)
{
	qsort(slots, count, sizeof *slots, compare_slots);
}

static struct slot *new_slots(size_t count)
{
	/* One more: an empty object has slots too. */
	return memory_resize(NULL, (count + 1) * sizeof(struct slot));
}

/* The slot of the earliest key that repeats one before it. */
static const struct slot *find_duplicate(struct slot *slots, size_t count)
{
	const struct slot *found = NULL;

	sort_slots(slots, count);
	for (size_t i = 1; i < count; i++)
		if (!strcmp(json_key(slots[i - 1].member), json_key(slots[i].member)) &&
			(!found || slots[i].ordinal < found->ordinal))
			found = &slots[i];
	return found;
}

/* FNV-1a, of which a small set needs a few bits. */
static uint32_t hash(const char *key)
{
	uint32_t value = 2166136261U;

	while (*key)
		value = (value ^ (unsigned char)*key++) * 16777619U;
	return value;
}

static bool stands_before(const struct json *object, const struct json *member)
{
	for (const struct json *i = json_first(object); i != member; i = json_next(i))
		if (!strcmp(json_key(i), json_key(member)))
			return true;
	return false;
}

/* Whether it is sure, without sorting, that an object holds no key twice: most objects are small,
 * and sound. */
static bool is_distinct(const struct json *object)
{
	uint64_t seen[16] = {0};
	size_t count = 0;

	for (const struct json *i = json_first(object); i; i = json_next(i)) {
		uint32_t bit = hash(json_key(i)) % 1024;

		if (++count > SMALL || (seen[bit / 64] >> bit % 64 & 1 && stands_before(object, i)))
			return false;
		seen[bit / 64] |= UINT64_C(1) << bit % 64;
	}
	return true;
}

/* *keys counts the keys met so far; on return with a duplicate it is the duplicate's number. */
static const char *duplicate_below(const struct json *value, size_t *keys)
{
	bool is_object = json_type(value) == JSON_OBJECT;
	bool is_sorted = is_object && !is_distinct(value);
	struct slot *slots = is_sorted ? new_slots(json_count(value)) : NULL;
	const struct slot *found;
	const char *duplicate = NULL;
	size_t count = 0;

	for (const struct json *i = json_first(value); i && !duplicate; i = json_next(i)) {
		if (is_sorted)
			slots[count++] = (struct slot){.member = i, .ordinal = *keys};
		*keys += is_object;
		if (json_first(i))
			duplicate = duplicate_below(i, keys);
	}
	if (is_sorted && !duplicate) {
		found = find_duplicate(slots, count);
		if (found) {
			duplicate = json_key(found->member);
			*keys = found->ordinal;
		}
	}
	free(slots);
	return duplicate;
}

const char *json_keys_duplicate(const struct json *document, size_t *ordinal)
{
	*ordinal = 0;
	return duplicate_below(document, ordinal);
}

static struct slot *sorted_members(const struct json *object, size_t count)
{
	struct slot *slots = new_slots(count);
	size_t i = 0;

	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		slots[i] = (struct slot){.member = member, .ordinal = i};
		i++;
	}
	sort_slots(slots, count);
	return slots;
}

static bool is_same_object(const struct json *a, const struct json *b)
{
	size_t count = json_count(a);
	struct slot *x, *y;
	bool is_same = true;

	if (count != json_count(b))
		return false;
	x = sorted_members(a, count);
	y = sorted_members(b, count);
	for (size_t i = 0; i < count && is_same; i++)
		is_same = !strcmp(json_key(x[i].member), json_key(y[i].member)) &&
			json_same(x[i].member, y[i].member);
	free(x);
	free(y);
	return is_same;
}

static bool is_same_array(const struct json *a, const struct json *b)
{
	const struct json *x = json_first(a), *y = json_first(b);

	for (; x && y; x = json_next(x), y = json_next(y))
		if (!json_same(x, y))
			return false;
	return !x && !y;
}

bool json_same(const struct json *a, const struct json *b)
{
	if (!a || !b || json_type(a) != json_type(b))
		return a == b;
	switch (json_type(a)) {
	case JSON_OBJECT: return is_same_object(a, b);
	case JSON_ARRAY: return is_same_array(a, b);
	case JSON_STRING: return !strcmp(json_string(a, ""), json_string(b, ""));
	case JSON_NUMBER: return json_number(a) == json_number(b);
	case JSON_BOOLEAN: return json_is_true(a) == json_is_true(b);
	default: return true;
	}
}
