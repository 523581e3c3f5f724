/* See tune.h. */
#include "tune.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "exit_code.h"
#include "fail.h"
#include "guard.h"
#include "io.h"
#include "sysfs.h"
#include "tune_report.h"
#include "tune_setting.h"

#define AWAKE_PATH "/dev/cpu_dma_latency"

enum { EXIT_NOT_RUN = 126, EXIT_NOT_FOUND = 127 };

static int awake_error(const char *root)
{
	char driver[32], full[PATH_MAX];

	snprintf(full, sizeof full, "%s%s", root, AWAKE_PATH);
	if (access(full, W_OK) < 0)
		return errno;
	sysfs_read(root, "/sys/devices/system/cpu/cpuidle/current_driver", driver, sizeof driver);
	return *driver && strcmp(driver, "none") != 0 ? 0 : ENODEV;
}

/* While the file is open, no processor enters an idle state that takes time to leave; however the
 * program ends, the kernel closes it. The descriptor, or -errno. */
static int awake_hold(const char *root)
{
	char full[PATH_MAX];
	int32_t latency_us = 0;
	int err = awake_error(root), fd;

	if (err)
		return -err;
	snprintf(full, sizeof full, "%s%s", root, AWAKE_PATH);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	errno = EIO; /* should it take a part only */
	if (write(fd, &latency_us, sizeof latency_us) == sizeof latency_us)
		return fd;
	err = errno;
	close(fd);
	return -err;
}

static void tell_awake(const struct tune_voice *voice, int err, const char *good)
{
	fprintf(voice->out, "%sidle: %s%s (%s)\n", voice->prefix, err ? "not kept awake: " : good,
		err == ENODEV ? "no cpuidle driver here heeds it"
			: err ? strerror(err)
			      : "",
		AWAKE_PATH);
}

static int dry_run(const char *root, const struct tune_options *options, struct tune *tune)
{
	const struct tune_voice voice = {stdout, ""};

	tune_try(tune);
	tune_tell(&voice, tune, ~0u);
	tune_tell_absent(&voice, tune, options->leave);
	if (options->keep_awake)
		tell_awake(&voice, awake_error(root), "would be kept awake: costs power");
	return EXIT_DONE;
}

static void restore_at_end(int program, const void *context)
{
	struct tune *const *tune = context;
	char ready = 0;

	if (io_send(program, &ready, sizeof ready) < 0)
		return;
	guard_sleep(program);
	tune_restore(*tune);
}

/* Nothing is set before the guard says that it stands. */
static int start_guard(struct guard *guard, struct tune *tune)
{
	char ready;
	int err = guard_start(guard, restore_at_end, &tune);

	if (err)
		return err;
	err = io_recv(guard->alive, &ready, sizeof ready);
	if (err)
		guard_end(guard);
	return err;
}

static void tell_outcome(const struct tune_voice *voice, const struct tune *tune, bool is_awake)
{
	size_t refused = tune_count(tune, TUNE_REFUSED);

	if (is_awake || tune_count(tune, TUNE_SET) > 0)
		return;
	if (refused > 0)
		fprintf(voice->out, "%snothing could be set: this machine stays as it is%s\n",
			voice->prefix, geteuid() == 0 ? "" : " (root may set these)");
	else if (tune_count(tune, TUNE_ALREADY) == 0)
		fprintf(voice->out, "%snothing can be set here: this machine stays as it is\n",
			voice->prefix);
}

/* What command_run() returns, or EXIT_UNTRUSTWORTHY. */
static int set_and_run(const struct tune_voice *voice, const struct tune_options *options,
	struct tune *tune, const sigset_t *before)
{
	int awake = 0, code;
	size_t refused;

	tune_set(tune);
	if (options->keep_awake)
		awake = awake_hold(tune->root);
	tune_tell(voice, tune, TUNE_IN(TUNE_ALREADY) | TUNE_IN(TUNE_SET) | TUNE_IN(TUNE_REFUSED));
	tune_tell_absent(voice, tune, options->leave);
	if (options->keep_awake)
		tell_awake(voice, awake < 0 ? -awake : 0, "kept awake");
	tell_outcome(voice, tune, awake > 0);
	refused = tune_count(tune, TUNE_REFUSED) + (awake < 0);
	if (options->strict && refused > 0) {
		fprintf(voice->out, "%s--strict: %s was not run\n", voice->prefix,
			options->command[0]);
		code = EXIT_UNTRUSTWORTHY;
	} else {
		code = command_run(options->command, before);
	}
	if (awake > 0)
		close(awake);
	return code;
}

static void restore(const struct tune_voice *voice, struct tune *tune, struct guard *guard)
{
	if (!guard_end(guard))
		tune_restore(tune);
	tune_tell(voice, tune, TUNE_IN(TUNE_CHANGED) | TUNE_IN(TUNE_STUCK));
	if (tune_count(tune, TUNE_RESTORED) > 0 && tune_count(tune, TUNE_STUCK) == 0)
		fprintf(voice->out, "%srestored what was set\n", voice->prefix);
}

static int run(
	const struct tune_voice *voice, const struct tune_options *options, struct tune *tune)
{
	struct guard guard;
	sigset_t before;
	int code;

	command_hold_signals(&before);
	code = start_guard(&guard, tune);
	if (code == 0) {
		code = set_and_run(voice, options, tune, &before);
		restore(voice, tune, &guard);
	}
	if (code < 0)
		fprintf(voice->out, "%s%s\n", voice->prefix, fail_reason());
	sigprocmask(SIG_SETMASK, &before, NULL);
	return code >= 0 ? code : code == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN;
}

int tune_run(const char *root, const struct tune_options *options)
{
	const struct tune_voice voice = {stderr, "ipcmark: tune: "};
	struct tune *tune = tune_find(root, options->leave);
	int code = EXIT_NOT_RUN;

	if (!tune)
		fprintf(voice.out, "%s%s\n", voice.prefix, fail_reason());
	else if (options->dry_run)
		code = dry_run(root, options, tune);
	else
		code = run(&voice, options, tune);
	tune_free(tune);
	return code;
}
