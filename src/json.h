/* JSON documents: build, write, read with limits, look things up. cJSON keeps the tree; json.c is
 * the only file that knows it.
 *
 * cJSON keeps numbers as doubles: every integer stays within 2^53 - 1 (checked by
 * json_put_integer), and NaN and infinities are written as null. The reader adds what cJSON lacks:
 * limits of size, depth and count, duplicate keys and malformed UTF-8 refused, errors with line and
 * column. Numbers are written and read in the C locale's way: the program never calls setlocale()
 * for LC_NUMERIC. */
#ifndef IPCMARK_JSON_H
#define IPCMARK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_BYTES   ((size_t)512 << 20)
#define JSON_MAX_DEPTH   64U /* arrays and objects inside each other */
#define JSON_MAX_VALUES  ((size_t)32 << 20)
#define JSON_MAX_INTEGER ((INT64_C(1) << 53) - 1)

struct json; /* a value: opaque, owned by its document */

enum json_type { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* New documents. Memory that runs out ends the program (abort) with a message. */
struct json *json_object(void);
struct json *json_array(void);
void json_free(struct json *document);

/* Adds a member to an object; the key (UTF-8) is copied. A second member of one name is our own
 * mistake (assert). Each looks through the members that are there: meant for objects of tens, not
 * thousands.
 *
 * A NULL string is null, and bytes of it that are not UTF-8 become U+FFFD; an integer is asserted
 * to be within JSON_MAX_INTEGER; a number that is NaN or infinite is null. */
void json_put_string(struct json *object, const char *key, const char *value);
void json_put_integer(struct json *object, const char *key, int64_t value);
void json_put_count(
	struct json *object, const char *key, uint64_t value); /* the same, of a count */
void json_put_text(struct json *object, const char *key, const char *value); /* "": null */
void json_put_number(struct json *object, const char *key, double value);
/* [a, b]; null where one of them is NaN or infinite. */
void json_put_pair(struct json *object, const char *key, double a, double b);
/* Of a number that is known from 0 on: null below. */
void json_put_known(struct json *object, const char *key, int64_t value);
void json_put_boolean(struct json *object, const char *key, bool value);
void json_put_null(struct json *object, const char *key);
/* Takes ownership of value, which stands in no other document. */
void json_put(struct json *object, const char *key, struct json *value);
/* A new empty one, returned; the parent owns it. */
struct json *json_put_object(struct json *object, const char *key);
struct json *json_put_array(struct json *object, const char *key);

/* Appends to an array; O(1). Values as for json_put_. */
void json_add_string(struct json *array, const char *value);
void json_add_integer(struct json *array, int64_t value);
void json_add_number(struct json *array, double value);
void json_add(struct json *array, struct json *value);
struct json *json_add_object(struct json *array);
struct json *json_add_array(struct json *array);

/* Looking. A missing member is NULL; every reader below takes NULL as "not there". */
enum json_type json_type(const struct json *value); /* NULL counts as JSON_NULL */
/* "null", "a boolean", "a number", "a string", "an array", "an object" */
const char *json_type_name(enum json_type type);
/* The member of exactly this name (case matters). O(members). */
const struct json *json_get(const struct json *object, const char *key);
/* The same for who asks for members in about the order in which they stand: looks behind `last`
 * first, a member of the object (NULL: at its beginning). */
const struct json *json_get_near(
	const struct json *object, const char *key, const struct json *last);
/* "environment.cpu.model": keys joined by dots. A key that holds a dot itself ("rtt_ns.p50") is out
 * of its reach: json_get finds that one. */
const struct json *json_find(const struct json *object, const char *path);
const struct json *json_first(const struct json *container); /* first member or element */
const struct json *json_next(const struct json *value);      /* the following sibling; O(1) */
const char *json_key(const struct json *member);             /* its name; NULL in an array */
/* Walks all members or elements: not for the condition of a loop, where json_next is. */
size_t json_count(const struct json *container);
double json_number(const struct json *value); /* NaN unless it is a number */
/* `otherwise` too where the number has a fraction or is beyond JSON_MAX_INTEGER. */
int64_t json_integer(const struct json *value, int64_t otherwise);
/* Valid as long as the document is. */
const char *json_string(const struct json *value, const char *otherwise);
bool json_is_true(const struct json *value);
/* Equal values; objects in any order. NULL is the same as NULL only. */
bool json_same(const struct json *a, const struct json *b);

/* json_find with json_string and json_number: "" and NaN where nothing of that kind is at the path.
 */
const char *json_text_at(const struct json *object, const char *path);
double json_number_at(const struct json *object, const char *path);

/* A document of its own with the same value; json_free it, or put it into another. NULL gives null.
 */
struct json *json_copy(const struct json *value);

/* Parses text of `bytes` bytes (no terminator needed). NULL with a reason (fail.h): "line 3, column
 * 7: ...", both counted from 1, columns in characters. `name` (a file; or NULL) stands in front of
 * every message: "results/base.json: line 1, column 1: expected a JSON value, got 'x'". Stricter
 * than RFC 8259 where cJSON would lose something: \u0000, lone surrogates, numbers of more than 63
 * characters or beyond a double. A number is rounded to the nearest double, an integer beyond
 * JSON_MAX_INTEGER too: bounds on it are the schema's business. */
struct json *json_parse(const char *text, size_t bytes, const char *name);

/* Reads and parses a file; "-" is standard input. NULL with a reason that begins with the file's
 * name. */
struct json *json_read_file(const char *path);

/* A file that is mostly one long array, a member of its top object: its elements are parsed one at
 * a time, so that what is in memory is the text and one of them. */
struct json_parts;
/* As json_read_file; json_parts_free it. */
struct json_parts *json_parts_read(const char *path, const char *key);
void json_parts_free(struct json_parts *parts);
/* The document with the array empty; NULL with a reason, as json_parse has it. To be freed. */
struct json *json_parts_head(const struct json_parts *parts);
/* How many elements the array has; and one of them: NULL with a reason. To be freed. */
size_t json_parts_count(const struct json_parts *parts);
struct json *json_parts_element(const struct json_parts *parts, size_t index);

/* The document as text with a final newline: objects indented by two spaces, arrays of numbers (and
 * of arrays of numbers) on one line, as are short lists of words. free() it. Round trips every
 * number exactly (17 significant digits where fewer are not enough). */
char *json_print(const struct json *document);

#endif
