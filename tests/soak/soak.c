/* The ring for a long time: every byte of every message is checked, and its number. Prints what
 * was moved; ends with 1 at the first that is wrong, out of turn, or missing.
 *
 * Usage: soak [MESSAGES [TRANSPORT [WAIT [BYTES]]]] */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "pair.h"
#include "scratch.h"
#include "wait.h"

#define NONCE       0x50a45041U
#define REPORT_EACH 1024 /* messages between two signs of life, for the watchdog */

static int send_all(struct pattern_end *end)
{
	int error = 0;

	for (uint64_t i = 0; i < end->exchange.per_epoch && !error; i++) {
		message_fill(end->out, end->message_bytes, end->nonce, (uint32_t)i);
		error = end->send(end->state, end->out, end->message_bytes);
		if (i % REPORT_EACH == 0)
			atomic_store(&end->tally->progress, i + 1);
	}
	return error;
}

static int check_all(struct pattern_end *end)
{
	int error = 0;

	for (uint64_t i = 0; i < end->exchange.per_epoch && !error; i++) {
		error = end->recv(end->state, end->in, end->message_bytes);
		if (!error)
			error = message_verify(
				end->in, end->message_bytes, end->nonce, (uint32_t)i);
		if (i % REPORT_EACH == 0)
			atomic_store(&end->tally->progress, i + 1);
		end->tally->messages += !error;
	}
	return error;
}

static const struct pattern pattern_soak = {
	.name = "soak", .timed = SIDE_CONSUMER, .loop = {send_all, check_all}};

static enum wait_mode wait_named(const char *word)
{
	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
		if (strcmp(word, wait_name(wait)) == 0)
			return wait;
	errx(2, "no wait is called %s", word);
}

static struct pair_params params_of(int argc, char **argv)
{
	const char *transport = argc > 2 ? argv[2] : "shm";
	struct pair_params params = {
		.transport = transport_find(transport),
		.pattern = &pattern_soak,
		.wait = wait_named(argc > 3 ? argv[3] : "hybrid"),
		.message_bytes = argc > 4 ? strtoull(argv[4], NULL, 10) : 64,
		.cpus = {-1, -1},
		.nonce = NONCE,
		.exchange = {.per_epoch = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000000,
			.epochs = 1,
			.batch = 1},
	};

	if (!params.transport)
		errx(2, "no transport is called %s", transport);
	if (!(params.transport->waits & WAIT_SET(params.wait)))
		errx(2, "%s does not wait by %s", transport, wait_name(params.wait));
	if (params.exchange.per_epoch < 1 || params.exchange.per_epoch > MESSAGE_MAX_SEQUENCE)
		errx(2, "1 to %u messages", MESSAGE_MAX_SEQUENCE);
	if (params.message_bytes < MESSAGE_MIN_BYTES || params.message_bytes > MESSAGE_MAX_BYTES)
		errx(2, "messages of %zu to %zu bytes", MESSAGE_MIN_BYTES, MESSAGE_MAX_BYTES);
	return params;
}

int main(int argc, char **argv)
{
	struct pair_params params = params_of(argc, argv);
	struct scratch scratch;
	struct pair pair;
	int64_t begin;

	if (scratch_open(&scratch) < 0)
		errx(1, "%s", fail_reason());
	params.folder = scratch.path;
	begin = clock_now_ns();
	pair_run(&params, &pair);

	double seconds = (double)(clock_now_ns() - begin) / 1e9;
	uint64_t whole = pair.tally[SIDE_CONSUMER] ? pair.tally[SIDE_CONSUMER]->messages : 0;

	printf("%s %s: %llu of %llu messages of %zu bytes, each whole and in its turn, in %.1f s "
	       "(%.1f million/s with filling and checking)\n",
		params.transport->name, wait_name(params.wait), (unsigned long long)whole,
		(unsigned long long)params.exchange.per_epoch, params.message_bytes, seconds,
		(double)whole / seconds / 1e6);
	if (pair.status != PAIR_DONE)
		warnx("%s", pair.reason);

	int failed = pair.status != PAIR_DONE || whole != params.exchange.per_epoch;

	pair_release(&pair);
	scratch_close(&scratch);
	return failed;
}
