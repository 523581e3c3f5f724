/* JSON files, whole or in parts (json.h). */
#include "json.h"

#include "fail.h"
#include "json_array.h"
#include "json_keys.h"
#include "json_scan.h"
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_ROOM_BYTES ((size_t)64 << 10)

struct content {
	char *text;
	size_t bytes, room;
};

static ssize_t read_some(int fd, char *to, size_t room)
{
	ssize_t got;

	do
		got = read(fd, to, room);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Stops behind the limit: json_parse refuses what is too large, in its own words. */
static int read_all(int fd, const char *name, struct content *content)
{
	ssize_t got;

	do {
		if (content->bytes == content->room) {
			content->room *= 2;
			content->text = memory_resize(content->text, content->room);
		}
		got = read_some(fd, content->text + content->bytes, content->room - content->bytes);
		if (got < 0)
			return fail(name);
		content->bytes += (size_t)got;
	} while (got > 0 && content->bytes <= JSON_MAX_BYTES);
	return 0;
}

/* 0 for what has no size to go by. */
static size_t file_bytes(int fd)
{
	struct stat status;

	return !fstat(fd, &status) && S_ISREG(status.st_mode) ? (size_t)status.st_size : 0;
}

/* The text of a file is in *content, to be freed. What is too large is not read: json_parse refuses
 * its size before it looks at the text. */
static int read_descriptor(int fd, const char *name, struct content *content)
{
	size_t bytes = file_bytes(fd);

	/* More than the file holds, so that its end is seen without growing. */
	content->room = (bytes > JSON_MAX_BYTES ? 0 : bytes) + FIRST_ROOM_BYTES;
	content->text = memory_resize(NULL, content->room);
	content->bytes = bytes > JSON_MAX_BYTES ? bytes : 0;
	return content->bytes ? 0 : read_all(fd, name, content);
}

static const char *name_of(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static int read_path(const char *path, struct content *content)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return fail(path);
	err = read_descriptor(fd, name_of(path), content);
	if (!is_stdin)
		close(fd);
	return err;
}

struct json *json_read_file(const char *path)
{
	struct content content = {0};
	struct json *document = NULL;

	if (!read_path(path, &content))
		document = json_parse(content.text, content.bytes, name_of(path));
	free(content.text);
	return document;
}

struct json_parts {
	struct content content;
	char *name;
	struct json_array array;
};

struct json_parts *json_parts_read(const char *path, const char *key)
{
	struct json_parts *parts = memory_zeroed(1, sizeof *parts);
	struct content *content = &parts->content;
	struct json_source source;

	parts->name = strcpy(memory_resize(NULL, strlen(name_of(path)) + 1), name_of(path));
	parts->array.key = key;
	if (!read_path(path, content)) {
		source = (struct json_source){content->text, content->bytes, parts->name};
		if (!json_scan_array(&source, &parts->array))
			return parts;
	}
	json_parts_free(parts);
	return NULL;
}

void json_parts_free(struct json_parts *parts)
{
	if (!parts)
		return;
	free(parts->content.text);
	free(parts->array.elements);
	free(parts->name);
	free(parts);
}

/* Of a part that was scanned: a key that stands twice is told with its place in the whole. */
static struct json *tree_of(const struct json_parts *parts, const char *text, size_t bytes)
{
	struct json *tree = json_scanned(text, bytes);
	size_t ordinal;

	if (tree && !json_keys_duplicate(tree, &ordinal))
		return tree;
	json_free(tree);
	json_free(json_parse(parts->content.text, parts->content.bytes, parts->name));
	return NULL;
}

struct json *json_parts_head(const struct json_parts *parts)
{
	const char *text = parts->content.text, *begin = parts->array.begin;
	const char *all = text + parts->content.bytes;
	size_t before = begin ? (size_t)(begin - text) : 0;
	size_t after = begin ? (size_t)(all - parts->array.end) : parts->content.bytes;
	char *copy = memory_resize(NULL, before + after + 1);
	struct json *head;

	memcpy(copy, text, before);
	memcpy(copy + before, all - after, after);
	head = tree_of(parts, copy, before + after);
	free(copy);
	return head;
}

size_t json_parts_count(const struct json_parts *parts)
{
	return parts->array.count;
}

struct json *json_parts_element(const struct json_parts *parts, size_t index)
{
	return tree_of(parts, parts->array.elements[index].at, parts->array.elements[index].bytes);
}
