/* See progress.h. */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static void draw(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void draw(struct progress *progress, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("\r", stderr);
	vfprintf(stderr, format, args);
	fputs("\x1b[K", stderr);
	fflush(stderr);
	va_end(args);
	progress->drawn = true;
}

static unsigned minutes(uint64_t ns)
{
	return (unsigned)(ns / 60000000000U);
}

static unsigned seconds(uint64_t ns)
{
	return (unsigned)(ns / 1000000000U % 60);
}

static void calibrating(void *context, const struct run_record *record, size_t index)
{
	struct progress *progress = context;

	if (progress->terminal)
		draw(progress, "calibrating %zu of %zu: %s", index + 1, record->plan->count,
			record->plan->cells[index].id);
}

static void running(void *context, const struct run_record *record, size_t index, uint32_t block,
	uint64_t left_ns)
{
	struct progress *progress = context;

	if (progress->terminal)
		draw(progress, "block %u of %u, about %u:%02u left: %s", block + 1,
			record->options.runs, minutes(left_ns), seconds(left_ns),
			record->plan->cells[index].id);
}

static void block_done(
	void *context, const struct run_record *record, uint32_t block, uint64_t left_ns)
{
	struct progress *progress = context;

	if (!progress->terminal)
		fprintf(stderr, "ipcmark: block %u of %u done, about %u:%02u left\n", block + 1,
			record->options.runs, minutes(left_ns), seconds(left_ns));
}

struct run_observer progress_observer(struct progress *progress)
{
	progress->terminal = isatty(STDERR_FILENO) == 1;
	if (progress->quiet)
		return (struct run_observer){0};
	return (struct run_observer){
		.context = progress,
		.calibrating = calibrating,
		.running = running,
		.block_done = block_done,
	};
}

void progress_end(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\x1b[K", stderr);
	progress->drawn = false;
}
