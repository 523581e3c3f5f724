/* See measure.h. */
#include "measure.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "exit_code.h"
#include "fail.h"
#include "host_lock.h"
#include "interrupt.h"
#include "plan.h"
#include "progress.h"
#include "report.h"
#include "result.h"
#include "scratch.h"

/* Everything that lives as long as one invocation. */
struct invocation {
	const struct cli_run *options;
	const struct preset *preset; /* the cells, where options name none, and the defaults */
	char *const *argv;
	struct env env;
	struct topology *topology;
	struct plan plan;
	struct run_record record;
	struct vitals vitals;
	struct json *result;
	time_t started;
	double seconds;
};

static int complain(int exit_code)
{
	fprintf(stderr, "ipcmark: %s\n", fail_reason());
	return exit_code;
}

/* METHOD, part 1. */
static const struct axes sweep[] = {{.load_percent = 10}, {.load_percent = 25},
	{.load_percent = 50}, {.load_percent = 75}, {.load_percent = 90}};

static const char *const sweep_cells[] = {"paced/*/{block,futex}/64/nearest", NULL};

static int add_cells(struct invocation *inv, const struct plan_context *context)
{
	const struct cli_run *options = inv->options;
	const char *const *globs =
		options->sweep && !options->preset ? sweep_cells : inv->preset->cells;
	struct plan_context replacing = *context;
	int err = 0;

	for (size_t i = 0; i < options->cell_count && !err; i++)
		err = plan_add(&inv->plan, context, options->cells[i]);
	/* the user's two CPUs take the place of the preset's placements */
	replacing.replace_placement = true;
	for (; !options->cell_count && *globs && !err; globs++)
		err = plan_add(&inv->plan, &replacing, *globs);
	if (!err && inv->preset->control && (options->preset || !options->cell_count))
		err = plan_add_controls(&inv->plan, &replacing, inv->preset->control);
	return err;
}

static int make_plan(struct invocation *inv)
{
	const struct cli_run *options = inv->options;
	const struct axes rate = {.rate_per_s = options->rate_per_s};
	const struct plan_context context = {.topology = inv->topology,
		.cpus = options->has_cpus ? &options->cpus : NULL,
		.paced = options->sweep       ? sweep
			: options->rate_per_s ? &rate
					      : NULL,
		.paced_count = options->sweep ? sizeof sweep / sizeof sweep[0] : 1};
	int err = add_cells(inv, &context);

	for (size_t i = 0; i < inv->plan.count && !err; i++)
		if (inv->plan.cells[i].pattern == &pattern_paced)
			return 0;
	if (!err && context.paced)
		err = fail_text(EINVAL, "%s: no paced cell was asked for: -c paced/pipe",
			options->sweep ? "--sweep" : "--rate");
	return err;
}

static uint64_t random_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
		seed = (uint64_t)time(NULL);
	return seed & (uint64_t)JSON_MAX_INTEGER;
}

/* EXIT_DONE, or the exit code of what stands in the way of measuring at all. */
static int prepare(struct invocation *inv)
{
	env_read(&inv->env, "");
	if (!env_clocksource_trusted(inv->env.clocksource) && !inv->options->allow_clocksource) {
		fprintf(stderr,
			"ipcmark: the clocksource is \"%s\": expected tsc, kvm-clock, "
			"hyperv_clocksource_tsc_page or "
			"arch_sys_counter; --allow clocksource measures all the same and stamps "
			"the result\n",
			inv->env.clocksource);
		return EXIT_UNTRUSTWORTHY;
	}
	inv->topology = topology_load(NULL);
	if (!inv->topology)
		return complain(EXIT_NOTHING_RAN);
	if (make_plan(inv) < 0)
		return complain(EXIT_USAGE);
	return EXIT_DONE;
}

static void tell_waiting(void *context, pid_t holder)
{
	(void)context;
	fprintf(stderr,
		"ipcmark: another measurement is under way on this machine (process %ld): waiting "
		"for its end\n",
		(long)holder);
}

/* One measurement at a time on a host. The lock, or -EINTR; another -errno: there is none, and it
 * has been told. */
static int take_turn(void)
{
	int lock, err = host_lock_wait(&lock, interrupt_fd(), tell_waiting, NULL);

	if (err && err != -EINTR)
		fprintf(stderr, "ipcmark: no lock against other measurements: %s\n", fail_reason());
	return err ? err : lock;
}

static struct json *build(struct invocation *inv)
{
	const struct cli_run *options = inv->options;
	const struct result_context context = {
		.env = &inv->env,
		.vitals = &inv->vitals,
		.topology = inv->topology,
		.label = options->label ? options->label : inv->env.kernel_release,
		.preset = options->cell_count && !options->preset ? NULL : inv->preset->name,
		.argv = inv->argv,
		.started = inv->started,
		.finished = time(NULL),
		.clocksource_allowed = options->allow_clocksource,
		.omit_cmdline = options->omit_cmdline,
	};

	return result_build(&inv->record, &context);
}

static int execute(struct invocation *inv, bool quiet)
{
	const struct cli_run *options = inv->options;
	const struct run_options run_options = {
		.runs = options->runs ? options->runs : inv->preset->runs,
		.time_ns = options->time_ns ? options->time_ns : inv->preset->time_ns,
		.warmup_ns = inv->preset->warmup_ns,
		.warmup_messages = inv->preset->warmup_messages,
		.seed = options->has_seed ? options->seed : random_seed(),
		.allow_disturbed = options->allow_disturbed,
	};
	struct progress progress = {.quiet = quiet};
	struct run_observer observer = progress_observer(&progress);
	int64_t start;

	if (interrupt_catch() < 0)
		return complain(EXIT_NOTHING_RAN);

	int lock = take_turn();

	if (lock == -EINTR)
		return EXIT_SIGNAL + interrupt_pending();
	inv->started = time(NULL);
	start = clock_now_ns();
	if (run_plan(&inv->plan, &run_options, &observer, &inv->record) < 0)
		return complain(EXIT_NOTHING_RAN);
	progress_end(&progress);
	interrupt_release();
	if (lock >= 0)
		host_lock_release(lock);
	inv->seconds = (double)(clock_now_ns() - start) / 1e9;
	conditions_vitals(&inv->record.conditions, &inv->record.clock, &inv->vitals);
	inv->vitals.lock = lock >= 0 ? LOCK_FREE : LOCK_UNKNOWN;
	inv->result = build(inv);
	return EXIT_DONE;
}

/* The exit code that the record asks for. */
static int verdict(const struct run_record *record)
{
	size_t failed = 0, good = 0;

	if (record->signal)
		return EXIT_SIGNAL + record->signal;
	for (size_t i = 0; i < record->plan->count; i++) {
		failed += record->cells[i].status == CELL_FAILED ||
			record->cells[i].status == CELL_INVALID;
		good += record->cells[i].status == CELL_OK;
	}
	if (failed)
		return EXIT_CELLS_FAILED;
	return good ? EXIT_DONE : EXIT_NOTHING_RAN;
}

static void release(struct invocation *inv)
{
	json_free(inv->result);
	if (inv->record.cells)
		run_release(&inv->record);
	plan_clear(&inv->plan);
	topology_free(inv->topology);
}

/* What was measured is not thrown away because a disk is full. */
static void rescue(const struct json *result)
{
	char path[256];

	snprintf(
		path, sizeof path, "%s/ipcmark-rescued-%ld.json", scratch_parent(), (long)getpid());
	if (result_write(result, path, false) == 0)
		fprintf(stderr, "ipcmark: the result is in %s instead\n", path);
}

static int write_result(const struct invocation *inv, const char *path)
{
	if (result_write(inv->result, path, inv->options->force) < 0) {
		complain(EXIT_NOT_WRITTEN);
		rescue(inv->result);
		return EXIT_NOT_WRITTEN;
	}
	if (!inv->options->quiet && strcmp(path, "-") != 0)
		fprintf(stderr, "ipcmark: %s written (%s, %.0f s)\n", path,
			inv->record.signal ? "interrupted" : "complete", inv->seconds);
	return EXIT_DONE;
}

/* Told before anything is measured: a target that can't be written, five minutes too early. */
static int check_target(const struct cli_run *options, const char *path)
{
	int err = result_check_target(path, options->force);

	if (!err)
		return EXIT_DONE;
	return complain(err == -EEXIST ? EXIT_USAGE : EXIT_NOT_WRITTEN);
}

/* Also where nothing else is told. */
static void tell_missing(int code, const char *path)
{
	const char *what = code == EXIT_NOTHING_RAN ? "no requested cell could run here"
		: code == EXIT_CELLS_FAILED         ? "some cells have no figures"
						    : NULL;

	if (what && strcmp(path, "-") != 0)
		fprintf(stderr, "ipcmark: %s: `ipcmark show %s` says why\n", what, path);
	else if (what)
		fprintf(stderr, "ipcmark: %s\n", what);
}

int measure_run(const struct cli_run *options, char *const *argv)
{
	struct invocation inv = {
		.options = options,
		.argv = argv,
		.preset = options->preset ? options->preset
					  : preset_find(options->cell_count ? "ci" : "quick"),
	};
	char name[64];
	const char *path = options->output;
	time_t now = time(NULL);
	int code, written;

	if (!path)
		strftime(name, sizeof name, "ipcmark-%Y%m%d-%H%M%S.json", localtime(&now));
	path = path ? path : name;
	code = check_target(options, path);
	if (code == EXIT_DONE)
		code = prepare(&inv);
	if (code == EXIT_DONE)
		code = execute(&inv, options->quiet);
	if (code == EXIT_DONE) {
		code = verdict(&inv.record);
		/* first the file: whoever reads the table may leave */
		written = write_result(&inv, path);
		code = written ? written : code;
		if (!options->quiet && strcmp(path, "-") != 0)
			report_show(stdout, inv.result);
		tell_missing(code, path);
	}
	release(&inv);
	return code;
}

int measure_quick(char *const *argv)
{
	const struct cli_run options = {0};
	struct invocation inv = {.options = &options, .argv = argv, .preset = &preset_look};
	int code = prepare(&inv);

	if (code == EXIT_DONE)
		code = execute(&inv, false);
	if (code == EXIT_DONE) {
		report_quick(stdout, inv.result, inv.seconds);
		code = verdict(&inv.record);
	}
	release(&inv);
	return code;
}
