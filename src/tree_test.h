/* A folder of recorded files for the tests of what reads /proc and /sys. Each test makes its own
 * and removes it whole. */
#ifndef IPCMARK_TREE_TEST_H
#define IPCMARK_TREE_TEST_H

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree_file {
	const char *path, *text;
};

static inline void tree_check(int failed, const char *what)
{
	if (failed) {
		perror(what);
		abort();
	}
}

/* cmocka setup: *state becomes the root's name. */
static inline int tree_setup(void **state)
{
	const char *folder = getenv("TMPDIR");
	char *root;

	tree_check(
		asprintf(&root, "%s/ipcmark-[x]-XXXXXX", folder ? folder : "/tmp") < 0, "asprintf");
	tree_check(!mkdtemp(root), root);
	*state = root;
	return 0;
}

static inline int tree_remove_one(
	const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline int tree_teardown(void **state)
{
	int failed = nftw(*state, tree_remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return failed;
}

/* Writes bytes to root + path, over what was there, with the folders on the way. */
static inline void tree_put_bytes(
	const char *root, const char *path, const char *bytes, size_t length)
{
	char full[PATH_MAX];
	int printed = snprintf(full, sizeof full, "%s%s", root, path);

	tree_check(printed < 0 || (size_t)printed >= sizeof full, "a path in the tree");
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		tree_check(mkdir(full, 0700) && errno != EEXIST, full);
	}
	FILE *file = fopen(full, "w");

	tree_check(!file, full);
	tree_check(fwrite(bytes, 1, length, file) != length, full);
	tree_check(fclose(file), full);
}

static inline void tree_put(const char *root, const char *path, const char *text)
{
	tree_put_bytes(root, path, text, strlen(text));
}

/* The files of a table that ends with a NULL path. */
static inline void tree_put_all(const char *root, const struct tree_file *files)
{
	for (; files->path; files++)
		tree_put(root, files->path, files->text);
}

/* Text of `count` letters. free() it. */
static inline char *tree_long_text(size_t count)
{
	char *text = malloc(count + 1);

	tree_check(!text, "malloc");
	memset(text, 'x', count);
	text[count] = '\0';
	return text;
}

#endif
