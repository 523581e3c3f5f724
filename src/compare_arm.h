/* One side of a comparison: a result, or a folder of results of several boots, brought down to the
 * values that are compared. Files are read one at a time, and a file's cells one at a time, so that
 * an arm takes a few hundred bytes a run whatever its files hold. */
#ifndef IPCMARK_COMPARE_ARM_H
#define IPCMARK_COMPARE_ARM_H

#include <stdbool.h>
#include <stddef.h>

#include "compare_metric.h"
#include "json.h"

struct compare_file {
	char *name;        /* as given, or FOLDER/NAME */
	struct json *head; /* the result without its cells */
	size_t boot;       /* 0 .. boot_count - 1: files of one boot share it */
};

/* One good run. NaN where it does not support a figure. */
struct compare_run {
	size_t file, block;
	double values[COMPARE_METRICS_MOST]; /* by the index of compare_metrics */
	double finer[COMPARE_METRICS_MOST];  /* see compare_metric.h */
	double loss;                         /* 0 .. 1; NaN where nothing can be lost */
	unsigned flags;                      /* enum run_flag */
};

/* A cell over all files of the arm. Sets of metrics are bits 1 << index. */
struct compare_cell {
	char *id;
	char placement[16];                 /* class; "" where it is not one in all files */
	bool is_control;                    /* a copy of another cell, to test the test */
	bool is_harness;                    /* no transport */
	char *reason;                       /* of a file in which it has no figures; NULL */
	bool broke;                         /* it failed there, and did not only not apply */
	unsigned metrics;                   /* that it has by its pattern */
	unsigned dominated;                 /* by gaps in the machine's own time, in one of the
					       files */
	unsigned low_confidence;            /* that stand on few messages in one of the files */
	double needs[COMPARE_METRICS_MOST]; /* messages of a run, to have the figure; NaN */
	double batch;                       /* round trips in one sample, the most of any file */
	double rate_low, rate_high;         /* offered messages/s over the files; NaN: not paced */
	struct compare_run *runs;
	size_t run_count;
};

struct compare_arm {
	char *path;  /* of the file or folder, as given */
	char *label; /* what tables call it */
	struct compare_file *files;
	size_t file_count, boot_count;
	struct compare_cell *cells; /* in the order of the first file */
	size_t cell_count;
};

/* Reads a result, "-" for standard input, or all *.json of a folder (hidden ones aside) by name.
 * NULL with a reason that begins with the name of the file or folder: no valid result; nothing in
 * the folder; one measurement twice in it; units that are not those of this version's figures. */
struct compare_arm *compare_arm_read(const char *path);
void compare_arm_free(struct compare_arm *arm);

/* Adds file names to labels that several arms share. */
void compare_arm_distinguish(struct compare_arm *const *arms, size_t count);

/* By its id; NULL where the arm has none. */
struct compare_cell *compare_arm_find(const struct compare_arm *arm, const char *id);

/* A text of the result of a file: "environment.kernel.release"; "" where there is none. */
const char *compare_arm_text(const struct compare_arm *arm, size_t file, const char *path);

/* Whether any measurement is in both; and whether they hold the same ones: then they share their
 * blocks. */
bool compare_arm_overlaps(const struct compare_arm *a, const struct compare_arm *b);
bool compare_arm_is_same(const struct compare_arm *a, const struct compare_arm *b);

/* The most runs of any cell. */
size_t compare_arm_runs(const struct compare_arm *arm);

#endif
