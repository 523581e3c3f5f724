/* Whole JSON files (json.h). */
#include "json.h"

#include "fail.h"
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

static struct json *read_descriptor(int fd, const char *name)
{
	size_t bytes = file_bytes(fd);
	/* More than the file holds, so that its end is seen without growing. */
	struct content content = {.room = bytes + FIRST_ROOM_BYTES};
	struct json *document = NULL;

	if (bytes > JSON_MAX_BYTES)
		return json_parse("", bytes, name); /* refused before the text is looked at */
	content.text = memory_resize(NULL, content.room);
	if (!read_all(fd, name, &content))
		document = json_parse(content.text, content.bytes, name);
	free(content.text);
	return document;
}

struct json *json_read_file(const char *path)
{
	struct json *document;
	int fd;

	if (!strcmp(path, "-"))
		return read_descriptor(STDIN_FILENO, "standard input");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fail(path);
		return NULL;
	}
	document = read_descriptor(fd, path);
	close(fd);
	return document;
}
