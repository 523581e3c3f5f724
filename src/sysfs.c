/* See sysfs.h. */
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUE_BYTES 1024
#define SET_ITEMS   32
#define ITEM_BYTES  128

/* Sorted; more says that there were others, for which there was no room. */
struct set {
	size_t count;
	bool more;
	char items[SET_ITEMS][ITEM_BYTES];
};

static char *load(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &room, '\0', file) < 0) {
		free(text);
		text = ferror(file) ? NULL : strdup("");
	}
	fclose(file);
	return text;
}

char *sysfs_load(const char *root, const char *path)
{
	char full[PATH_MAX];
	int length = snprintf(full, sizeof full, "%s%s", root, path);

	if (length < 0 || (size_t)length >= sizeof full)
		return NULL;
	return load(full);
}

int sysfs_write(const char *root, const char *path, const char *value)
{
	char full[PATH_MAX], line[VALUE_BYTES];
	int length = snprintf(full, sizeof full, "%s%s", root, path);
	int bytes = snprintf(line, sizeof line, "%s\n", value);

	if (length < 0 || (size_t)length >= sizeof full || bytes < 0 ||
		(size_t)bytes >= sizeof line)
		return -ENAMETOOLONG;

	int fd = open(full, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	errno = 0;
	if (write(fd, line, (size_t)bytes) != bytes)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

static void mark_cut(char *out, size_t out_bytes)
{
	size_t at = out_bytes - sizeof "...";

	/* Half of a UTF-8 character would make the whole value malformed. */
	while (at > 0 && ((unsigned char)out[at] & 0xc0) == 0x80)
		at--;
	memcpy(out + at, "...", sizeof "...");
}

void sysfs_line(char *out, size_t out_bytes, const char *text, size_t length)
{
	size_t used = 0;
	bool gap = false;

	for (size_t i = 0; i < length; i++) {
		/* read(2) filled it: NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign) */
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c == 0x7f) {
			gap = used > 0;
			continue;
		}
		if (used + gap + 1 >= out_bytes) {
			mark_cut(out, out_bytes);
			return;
		}
		if (gap)
			out[used++] = ' ';
		gap = false;
		out[used++] = (char)c;
	}
	out[used] = '\0';
}

void sysfs_append(char *out, size_t out_bytes, const char *text)
{
	size_t used = strlen(out), room = out_bytes - used - 1, length = strlen(text);

	memcpy(out + used, text, length < room ? length : room);
	out[used + (length < room ? length : room)] = '\0';
	if (length > room)
		mark_cut(out, out_bytes);
}

void sysfs_keep_marked(char *value, char open, char close)
{
	char *from = strchr(value, open);
	char *to = from ? strchr(from, close) : NULL;

	if (!to)
		return;
	*to = '\0';
	memmove(value, from + 1, (size_t)(to - from));
}

bool sysfs_read(const char *root, const char *path, char *out, size_t out_bytes)
{
	char *text = sysfs_load(root, path);

	out[0] = '\0';
	if (!text)
		return false;
	sysfs_line(out, out_bytes, text, strlen(text));
	free(text);
	return true;
}

const char *sysfs_field(const char *text, const char *key, char *out, size_t out_bytes)
{
	size_t key_length = strlen(key);

	out[0] = '\0';
	while (text && *text) {
		size_t length = strcspn(text, "\n");
		const char *end = text + length, *next = end + (*end == '\n');

		if (length > key_length && !strncmp(text, key, key_length)) {
			const char *mark = text + key_length;

			mark += strspn(mark, " \t");
			if (*mark == ':' || *mark == '=') {
				sysfs_line(out, out_bytes, mark + 1, (size_t)(end - mark - 1));
				return next;
			}
		}
		text = next;
	}
	return NULL;
}

static void set_add(struct set *set, const char *value)
{
	char item[ITEM_BYTES];
	size_t at = 0;

	sysfs_line(item, sizeof item, value, strlen(value));
	while (at < set->count && strcmp(set->items[at], item) < 0)
		at++;
	if (!*item || (at < set->count && !strcmp(set->items[at], item)))
		return;
	if (set->count == SET_ITEMS) {
		set->more = true;
		return;
	}
	memmove(set->items[at + 1], set->items[at], (set->count - at) * ITEM_BYTES);
	memcpy(set->items[at], item, sizeof item);
	set->count++;
}

static bool set_join(const struct set *set, char *out, size_t out_bytes)
{
	out[0] = '\0';
	for (size_t i = 0; i < set->count; i++) {
		sysfs_append(out, out_bytes, i ? ", " : "");
		sysfs_append(out, out_bytes, set->items[i]);
	}
	if (set->more)
		sysfs_append(out, out_bytes, ", ...");
	return set->count > 0;
}

bool sysfs_distinct_fields(const char *text, const char *key, char *out, size_t out_bytes)
{
	struct set set = {0};
	char value[VALUE_BYTES];

	while ((text = sysfs_field(text, key, value, sizeof value)))
		set_add(&set, value);
	return set_join(&set, out, out_bytes);
}

static int path_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A root is a name, not a pattern: a folder called "a[1]" must match itself. */
static bool pattern_below(const char *root, const char *pattern, char *out, size_t out_bytes)
{
	size_t used = 0, length = strlen(pattern);

	for (; *root; root++) {
		if (used + 2 >= out_bytes)
			return false;
		if (strchr("*?[\\", *root))
			out[used++] = '\\';
		out[used++] = *root;
	}
	if (length >= out_bytes - used)
		return false;
	memcpy(out + used, pattern, length + 1);
	return true;
}

static void visit_file(const char *root, const char *full,
	void (*visit)(void *context, const char *path, const char *value), void *context)
{
	char value[VALUE_BYTES], *text = load(full);

	if (!text)
		return;
	sysfs_line(value, sizeof value, text, strlen(text));
	visit(context, full + strlen(root), value);
	free(text);
}

void sysfs_each_path(const char *root, const char *pattern,
	void (*visit)(void *context, const char *path, const char *value), void *context)
{
	char full[PATH_MAX];
	glob_t found = {0};

	if (!pattern_below(root, pattern, full, sizeof full))
		return;
	/* glob's own order follows the locale, and fingerprints must not. */
	if (!glob(full, GLOB_NOSORT, NULL, &found)) {
		qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, path_order);
		for (size_t i = 0; i < found.gl_pathc; i++)
			visit_file(root, found.gl_pathv[i], visit, context);
	}
	globfree(&found);
}

struct by_name {
	void (*visit)(void *context, const char *name, const char *value);
	void *context;
};

static void visit_name(void *context, const char *path, const char *value)
{
	struct by_name *by_name = context;

	by_name->visit(by_name->context, strrchr(path, '/') + 1, value);
}

void sysfs_each(const char *root, const char *pattern,
	void (*visit)(void *context, const char *name, const char *value), void *context)
{
	sysfs_each_path(root, pattern, visit_name, &(struct by_name){visit, context});
}

static void visit_distinct(void *context, const char *name, const char *value)
{
	(void)name;
	set_add(context, value);
}

bool sysfs_distinct(const char *root, const char *pattern, char *out, size_t out_bytes)
{
	struct set set = {0};

	sysfs_each(root, pattern, visit_distinct, &set);
	return set_join(&set, out, out_bytes);
}
