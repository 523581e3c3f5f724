/* See json.h. */
#include "json.h"

#include "fail.h"
#include "json_keys.h"
#include "json_print.h"
#include "json_scan.h"
#include "memory.h"
#include "utf8.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

static cJSON *node_of(const struct json *value)
{
	return (cJSON *)value;
}

static struct json *json_of(cJSON *node)
{
	return (struct json *)node;
}

static struct json *made(cJSON *node)
{
	if (!node)
		memory_is_gone();
	return json_of(node);
}

struct json *json_object(void)
{
	return made(cJSON_CreateObject());
}

struct json *json_array(void)
{
	return made(cJSON_CreateArray());
}

void json_free(struct json *document)
{
	cJSON_Delete(node_of(document));
}

static struct json *new_string(const char *value)
{
	struct json *string;
	char *mended;

	if (!value)
		return made(cJSON_CreateNull());
	if (utf8_is_valid(value))
		return made(cJSON_CreateString(value));
	mended = memory_resize(NULL, UTF8_MENDED_BYTES(strlen(value)));
	string = made(cJSON_CreateString(utf8_mend(value, mended)));
	free(mended);
	return string;
}

static struct json *new_number(double value)
{
	return made(isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

static struct json *new_integer(int64_t value)
{
	assert(value <= JSON_MAX_INTEGER && value >= -JSON_MAX_INTEGER);
	return new_number((double)value);
}

void json_put(struct json *object, const char *key, struct json *value)
{
	assert(json_type(object) == JSON_OBJECT && value);
	assert(utf8_is_valid(key) && !json_get(object, key));
	if (!cJSON_AddItemToObject(node_of(object), key, node_of(value)))
		memory_is_gone();
}

void json_put_string(struct json *object, const char *key, const char *value)
{
	json_put(object, key, new_string(value));
}

void json_put_integer(struct json *object, const char *key, int64_t value)
{
	json_put(object, key, new_integer(value));
}

void json_put_count(struct json *object, const char *key, uint64_t value)
{
	assert(value <= (uint64_t)JSON_MAX_INTEGER);
	json_put_integer(object, key, (int64_t)value);
}

void json_put_text(struct json *object, const char *key, const char *value)
{
	json_put_string(object, key, value[0] ? value : NULL);
}

void json_put_number(struct json *object, const char *key, double value)
{
	json_put(object, key, new_number(value));
}

void json_put_pair(struct json *object, const char *key, double a, double b)
{
	struct json *array;

	if (!isfinite(a) || !isfinite(b)) {
		json_put_null(object, key);
		return;
	}
	array = json_put_array(object, key);
	json_add_number(array, a);
	json_add_number(array, b);
}

void json_put_known(struct json *object, const char *key, int64_t value)
{
	if (value < 0)
		json_put_null(object, key);
	else
		json_put_integer(object, key, value);
}

void json_put_boolean(struct json *object, const char *key, bool value)
{
	json_put(object, key, made(cJSON_CreateBool(value)));
}

void json_put_null(struct json *object, const char *key)
{
	json_put(object, key, made(cJSON_CreateNull()));
}

struct json *json_put_object(struct json *object, const char *key)
{
	struct json *value = json_object();

	json_put(object, key, value);
	return value;
}

struct json *json_put_array(struct json *object, const char *key)
{
	struct json *value = json_array();

	json_put(object, key, value);
	return value;
}

void json_add(struct json *array, struct json *value)
{
	assert(json_type(array) == JSON_ARRAY && value);
	if (!cJSON_AddItemToArray(node_of(array), node_of(value)))
		memory_is_gone();
}

void json_add_string(struct json *array, const char *value)
{
	json_add(array, new_string(value));
}

void json_add_integer(struct json *array, int64_t value)
{
	json_add(array, new_integer(value));
}

void json_add_number(struct json *array, double value)
{
	json_add(array, new_number(value));
}

struct json *json_add_object(struct json *array)
{
	struct json *value = json_object();

	json_add(array, value);
	return value;
}

struct json *json_add_array(struct json *array)
{
	struct json *value = json_array();

	json_add(array, value);
	return value;
}

enum json_type json_type(const struct json *value)
{
	switch (value ? node_of(value)->type & 0xFF : cJSON_NULL) {
	case cJSON_False:
	case cJSON_True: return JSON_BOOLEAN;
	case cJSON_Number: return JSON_NUMBER;
	case cJSON_String: return JSON_STRING;
	case cJSON_Array: return JSON_ARRAY;
	case cJSON_Object: return JSON_OBJECT;
	default: return JSON_NULL;
	}
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOLEAN] = "a boolean",
		[JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[type];
}

const struct json *json_get(const struct json *object, const char *key)
{
	return json_of(cJSON_GetObjectItemCaseSensitive(node_of(object), key));
}

const struct json *json_get_near(
	const struct json *object, const char *key, const struct json *last)
{
	const struct json *next = last ? json_next(last) : json_first(object);
	const char *name = json_key(next);

	return name && !strcmp(name, key) ? next : json_get(object, key);
}

static const struct json *get_by_length(const struct json *object, const char *key, size_t length)
{
	const struct json *member = json_first(object);

	for (; member; member = json_next(member)) {
		const char *name = json_key(member);

		if (name && strlen(name) == length && !memcmp(name, key, length))
			break;
	}
	return member;
}

const struct json *json_find(const struct json *object, const char *path)
{
	for (;;) {
		size_t length = strcspn(path, ".");

		object = get_by_length(object, path, length);
		if (!path[length])
			return object;
		path += length + 1;
	}
}

const struct json *json_first(const struct json *container)
{
	return container ? json_of(node_of(container)->child) : NULL;
}

const struct json *json_next(const struct json *value)
{
	return value ? json_of(node_of(value)->next) : NULL;
}

const char *json_key(const struct json *member)
{
	return member ? node_of(member)->string : NULL;
}

size_t json_count(const struct json *container)
{
	return (size_t)cJSON_GetArraySize(node_of(container));
}

double json_number(const struct json *value)
{
	return json_type(value) == JSON_NUMBER ? node_of(value)->valuedouble : NAN;
}

int64_t json_integer(const struct json *value, int64_t otherwise)
{
	double number = json_number(value);

	if (!(fabs(number) <= (double)JSON_MAX_INTEGER) || trunc(number) != number)
		return otherwise;
	return (int64_t)number;
}

const char *json_string(const struct json *value, const char *otherwise)
{
	const char *string = cJSON_GetStringValue(node_of(value));

	return string ? string : otherwise;
}

bool json_is_true(const struct json *value)
{
	return cJSON_IsTrue(node_of(value));
}

/* Duplicates are looked for in the tree, where escapes in keys are resolved, and the text is
 * scanned again for the place only where there is one. */
static int refuse_duplicate(const struct json_source *source, const struct json *document)
{
	char quoted[64], why[128];
	size_t ordinal;
	const char *key = json_keys_duplicate(document, &ordinal);

	if (!key)
		return 0;
	snprintf(why, sizeof why, "duplicate key %s", json_quote(key, quoted, sizeof quoted));
	return json_scan_refuse_key(source, ordinal, why);
}

struct json *json_scanned(const char *text, size_t bytes)
{
	return json_of(cJSON_ParseWithLength(text, bytes));
}

struct json *json_parse(const char *text, size_t bytes, const char *name)
{
	struct json_source source = {.text = text, .bytes = bytes, .name = name};
	struct json *document;

	if (json_scan(&source))
		return NULL;
	document = json_scanned(text, bytes);
	if (!document) {
		fail_text(ENOMEM, "%s: too large for this machine's memory", name ? name : "JSON");
		return NULL;
	}
	if (refuse_duplicate(&source, document)) {
		json_free(document);
		return NULL;
	}
	return document;
}

struct json *json_copy(const struct json *value)
{
	cJSON *copy = value ? cJSON_Duplicate(node_of(value), true) : cJSON_CreateNull();

	return made(copy);
}

const char *json_text_at(const struct json *object, const char *path)
{
	return json_string(json_find(object, path), "");
}

double json_number_at(const struct json *object, const char *path)
{
	return json_number(json_find(object, path));
}
