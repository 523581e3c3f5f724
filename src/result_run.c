/* See result_run.h. */
#include "result_run.h"

#include <math.h>
#include <stdio.h>

static const char *const run_statuses[] = {"ok", "failed", "invalid"};

static void put_distribution(
	struct json *run, const char *key, const struct distribution *distribution)
{
	struct json *object = json_put_object(run, key);

	json_put_count(object, "count", distribution->count);
	json_put_number(object, "min", distribution->min);
	json_put_number(object, "mean", distribution->mean);
	for (int q = 0; q < FIGURE_QUANTILES; q++)
		json_put_number(object, figure_quantile_name((enum figure_quantile)q),
			distribution->quantile[q]);
	json_put_number(object, "max", distribution->max);
	json_put_number(object, "p50_interpolated", distribution->p50_interpolated);
}

static void put_low_confidence(
	struct json *run, const char *key, const struct distribution *distribution)
{
	struct json *low = json_put_array(run, key);

	for (unsigned q = 0; q < FIGURE_QUANTILES; q++)
		if (distribution->low_confidence & 1U << q)
			json_add_string(low, figure_quantile_name((enum figure_quantile)q));
}

static void put_durations(struct json *run, const struct run_figures *figures)
{
	bool paced = figures->response.is_there;

	if (figures->rtt.is_there)
		put_distribution(run, "rtt_ns", &figures->rtt);
	else
		json_put_null(run, "rtt_ns");
	put_low_confidence(run, "low_confidence", paced ? &figures->response : &figures->rtt);
	if (!paced)
		return;
	put_distribution(run, "response_ns", &figures->response);
	put_distribution(run, "service_ns", &figures->service);
	put_distribution(run, "lateness_ns", &figures->lateness);
	json_put_number(run, "sent_per_s", figures->sent_per_s);
}

/* For each message, of the cell's exchange for counting; null, with a reason, where one did not
 * run. */
static void put_counters(struct json *object, const struct counters *counters)
{
	double messages = (double)counters->messages;
	const char *reason = "";
	bool any = false;

	for (int i = 0; i < COUNTERS; i++) {
		bool known = counters->value[i] >= 0 && messages > 0;
		char key[48];

		any = any || known;
		reason = known || reason[0] ? reason : counters->reason[i];
		snprintf(key, sizeof key, "%s_per_message", counter_name((enum counter)i));
		json_put_number(object, key, known ? (double)counters->value[i] / messages : NAN);
	}
	if (messages == 0 && !reason[0])
		reason = "no message was counted";
	json_put_text(object, "counted",
		!any                             ? ""
			: counters->is_user_only ? "user"
						 : "user and kernel");
	json_put_text(object, "not_counted_reason", reason);
}

static void put_usage(struct json *counters, enum side side, const struct run_figures *figures)
{
	struct json *object = json_put_object(counters, side_name(side));
	const struct usage *usage = &figures->usage[side];
	double messages = (double)figures->side_messages[side];

	json_put_integer(object, "cpu_ns", usage->cpu_ns);
	json_put_integer(object, "voluntary_switches", usage->voluntary_switches);
	json_put_integer(object, "involuntary_switches", usage->involuntary_switches);
	json_put_integer(object, "minor_faults", usage->minor_faults);
	json_put_integer(object, "major_faults", usage->major_faults);
	json_put_integer(object, "max_rss_bytes", usage->max_rss_bytes);
	json_put_number(object, "busy", figures->busy[side]);
	json_put_number(object, "cpu_ns_per_message", (double)usage->cpu_ns / messages);
	json_put_number(object, "voluntary_switches_per_message",
		(double)usage->voluntary_switches / messages);
	json_put_number(object, "involuntary_switches_per_message",
		(double)usage->involuntary_switches / messages);
	put_counters(object, &figures->counters[side]);
}

/* Figures of a run that failed are not zero: they are unknown. */
static double known(const struct run_figures *figures, double value)
{
	return figures->status == RUN_FAILED ? NAN : value;
}

/* Of the fixed work before and after; NaN where it was not done. */
static double work_ns(const struct run_figures *figures, enum side side, int after)
{
	double ns = figures->work_ns[side][after];

	return ns > 0 ? ns : NAN;
}

/* What the machine did meanwhile. */
static void put_conditions(struct json *run, const struct run_figures *figures)
{
	const struct load_change *load = &figures->load;
	struct json *object = json_put_object(run, "conditions");

	json_put_number(object, "foreign", load->foreign);
	json_put_number(object, "interrupts", load->interrupts);
	json_put_number(object, "steal", load->steal);
	json_put_number(object, "resolution", load->resolution);
	json_put_number(object, "deep_idle", load->deep_idle);
	json_put_known(object, "throttles", load->throttles);
	json_put_known(object, "throttled_ns", load->throttled_ns);
	json_put_known(object, "hot_count", load->hot_count);
	json_put_known(object, "tcp_retransmits", figures->retransmits);
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
		json_put_pair(object,
			side == SIDE_PRODUCER ? "producer_work_ns" : "consumer_work_ns",
			work_ns(figures, side, 0), work_ns(figures, side, 1));
}

static void put_spread(struct json *run, const char *key, const struct spread *spread)
{
	struct json *object = json_put_object(run, key);

	json_put_number(object, "min", spread->min);
	json_put_number(object, "max", spread->max);
}

/* Of several pairs at once. */
static void put_pairs(struct json *run, const struct run_figures *figures)
{
	if (figures->pairs <= 1 || figures->status == RUN_FAILED)
		return;
	put_spread(run, "pair_messages_per_s", &figures->pair_messages_per_s);
	if (figures->rtt.is_there)
		put_spread(run, "pair_p50_ns", &figures->pair_p50_ns);
	json_put_number(run, "pair_overlap", figures->pair_overlap);
}

void result_run_add(struct json *runs, const struct run_figures *figures)
{
	struct json *run = json_add_object(runs);

	json_put_count(run, "block", figures->block);
	json_put_count(run, "order", figures->order);
	json_put_string(run, "status", run_statuses[figures->status]);
	json_put_text(run, "reason", figures->reason);
	json_put_count(run, "padding_bytes", figures->padding_bytes);
	json_put_count(run, "messages", figures->messages);
	json_put_count(run, "discarded", figures->discarded);
	json_put_count(run, "sent", figures->sent);
	json_put_count(run, "offered", figures->offered);
	json_put_count(run, "lost", figures->lost);
	json_put_count(run, "duplicates", figures->duplicates);
	json_put_count(run, "reordered", figures->reordered);
	json_put_number(run, "seconds", figures->seconds);
	put_durations(run, figures);
	json_put_number(run, "messages_per_s", known(figures, figures->messages_per_s));
	put_pairs(run, figures);
	json_put_number(run, "bytes_per_s", known(figures, figures->bytes_per_s));
	json_put_number(run, "cpu_ns_per_message", known(figures, figures->cpu_ns_per_message));
	json_put_number(run, "switches_per_message", known(figures, figures->switches_per_message));

	struct json *counters = json_put_object(run, "counters");

	for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
		put_usage(counters, side, figures);

	put_conditions(run, figures);

	struct json *flags = json_put_array(run, "flags");

	for (unsigned bit = 0; bit < RUN_FLAGS; bit++)
		if (figures->flags & 1U << bit)
			json_add_string(flags, run_flag_name(bit));
}
