/* See compare_arm.h: files, folders and labels; the cells are in compare_cell.c. */
#include "compare_arm.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compare_cell.h"
#include "fail.h"
#include "memory.h"
#include "result.h"

/* A folder may be named with a slash at its end. */
static char *path_of(const char *given)
{
	char *path = memory_copy_text(given);
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	return path;
}

/* What a file is called in a table: without its folders. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int take_cell(void *arm, const struct json *cell)
{
	return compare_cell_take(arm, cell);
}

/* Boots that the kernel did not number may be one and the same: they count as one. */
static size_t boot_of(struct compare_arm *arm, size_t file)
{
	const char *boot = compare_arm_text(arm, file, "invocation.boot_id");

	for (size_t i = 0; i < file; i++)
		if (strcmp(compare_arm_text(arm, i, "invocation.boot_id"), boot) == 0)
			return arm->files[i].boot;
	return arm->boot_count++;
}

static int refuse_twice(const struct compare_arm *arm, size_t file)
{
	const char *id = compare_arm_text(arm, file, "invocation.id");

	for (size_t i = 0; i < file; i++)
		if (strcmp(compare_arm_text(arm, i, "invocation.id"), id) == 0)
			return fail_text(EINVAL, "%.200s: the same measurement as %.200s",
				arm->files[file].name, arm->files[i].name);
	return 0;
}

static int add_file(struct compare_arm *arm, const char *path)
{
	struct compare_file file = {.name = memory_copy_text(path)};
	size_t index = arm->file_count;

	arm->files = memory_resize(arm->files, (index + 1) * sizeof file);
	arm->files[arm->file_count++] = file;
	arm->files[index].head = result_read_cells(path, take_cell, arm);
	if (!arm->files[index].head)
		return -EINVAL;
	arm->files[index].boot = boot_of(arm, index);
	return refuse_twice(arm, index);
}

static int is_result_name(const struct dirent *entry)
{
	const char *name = entry->d_name, *dot = strrchr(name, '.');

	return name[0] != '.' && dot && strcmp(dot, ".json") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Or what can't be looked at: reading it tells why. */
static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

static int add_folder(struct compare_arm *arm, const char *path)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_result_name, by_name), err = 0;

	if (count < 0)
		return fail(path);
	for (int i = 0; i < count; i++) {
		char *name = NULL;

		if (asprintf(&name, "%s/%s", path, entries[i]->d_name) < 0)
			memory_is_gone();
		if (!err && !is_file(name))
			err = fail_text(EINVAL, "%s: not a regular file", name);
		err = err ? err : add_file(arm, name);
		free(name);
		free(entries[i]);
	}
	free(entries);
	return err || arm->files ? err : fail_text(ENOENT, "%s: no *.json in this folder", path);
}

/* That of the files where they agree, else the folder's name. */
static const char *label_of(const struct compare_arm *arm)
{
	const char *label = compare_arm_text(arm, 0, "invocation.label");

	for (size_t i = 1; i < arm->file_count; i++)
		if (strcmp(compare_arm_text(arm, i, "invocation.label"), label) != 0)
			return base_name(arm->path);
	return label;
}

struct compare_arm *compare_arm_read(const char *path)
{
	struct compare_arm *arm = memory_zeroed(1, sizeof *arm);
	struct stat status;
	bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);

	arm->path = path_of(path);
	if ((is_folder ? add_folder(arm, arm->path) : add_file(arm, path)) < 0 || !arm->files) {
		compare_arm_free(arm);
		return NULL;
	}
	arm->label = memory_copy_text(label_of(arm));
	return arm;
}

void compare_arm_free(struct compare_arm *arm)
{
	if (!arm)
		return;
	for (size_t i = 0; i < arm->file_count; i++) {
		free(arm->files[i].name);
		json_free(arm->files[i].head);
	}
	for (size_t i = 0; i < arm->cell_count; i++)
		compare_cell_clear(&arm->cells[i]);
	free(arm->files);
	free(arm->cells);
	free(arm->path);
	free(arm->label);
	free(arm);
}

/* The shortest addition that tells the arm from those of its label: its name, its path, its number.
 */
static char *distinct_label(struct compare_arm *const *arms, size_t count, size_t of)
{
	const struct compare_arm *arm = arms[of];
	bool is_shared = false, shares_name = false, shares_path = false;
	char *label = NULL;

	for (size_t i = 0; i < count; i++) {
		if (i == of || strcmp(arms[i]->label, arm->label) != 0)
			continue;
		is_shared = true;
		shares_name |= strcmp(base_name(arms[i]->path), base_name(arm->path)) == 0;
		shares_path |= strcmp(arms[i]->path, arm->path) == 0;
	}
	if (!is_shared)
		return memory_copy_text(arm->label);
	if (asprintf(&label, shares_path ? "%s (%s, %zu)" : "%s (%s)", arm->label,
		    shares_name ? arm->path : base_name(arm->path), of + 1) < 0)
		memory_is_gone();
	return label;
}

void compare_arm_distinguish(struct compare_arm *const *arms, size_t count)
{
	char **labels = memory_zeroed(count, sizeof *labels);

	for (size_t i = 0; i < count; i++)
		labels[i] = distinct_label(arms, count, i);
	for (size_t i = 0; i < count; i++) {
		free(arms[i]->label);
		arms[i]->label = labels[i];
	}
	free(labels);
}

struct compare_cell *compare_arm_find(const struct compare_arm *arm, const char *id)
{
	for (size_t i = 0; i < arm->cell_count; i++)
		if (strcmp(arm->cells[i].id, id) == 0)
			return &arm->cells[i];
	return NULL;
}

const char *compare_arm_text(const struct compare_arm *arm, size_t file, const char *path)
{
	return json_text_at(arm->files[file].head, path);
}

/* Files of `a` whose measurement is in `b`, too. */
static size_t shared_files(const struct compare_arm *a, const struct compare_arm *b)
{
	size_t count = 0;

	for (size_t i = 0; i < a->file_count; i++)
		for (size_t j = 0; j < b->file_count; j++)
			count += strcmp(compare_arm_text(a, i, "invocation.id"),
					 compare_arm_text(b, j, "invocation.id")) == 0;
	return count;
}

bool compare_arm_overlaps(const struct compare_arm *a, const struct compare_arm *b)
{
	return shared_files(a, b) > 0;
}

bool compare_arm_is_same(const struct compare_arm *a, const struct compare_arm *b)
{
	return shared_files(a, b) == a->file_count && a->file_count == b->file_count;
}

size_t compare_arm_runs(const struct compare_arm *arm)
{
	size_t most = 0;

	for (size_t i = 0; i < arm->cell_count; i++)
		if (arm->cells[i].run_count > most)
			most = arm->cells[i].run_count;
	return most;
}
