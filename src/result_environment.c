/* See result_environment.h. */
#include "result_environment.h"

#include <math.h>

#include "checks.h"

void result_put_fingerprint(struct json *document, const struct env *env)
{
	struct json *object = json_put_object(document, "fingerprint");

	json_put_string(object, "hardware", env->fingerprint_hardware);
	json_put_string(object, "firmware", env->fingerprint_firmware);
	json_put_string(object, "kernel", env->fingerprint_kernel);
	json_put_string(object, "tuning", env->fingerprint_tuning);
}

void result_add_gaps(struct json *floor, const struct cpu_probe *probe)
{
	struct json *gaps = json_add_object(floor);

	json_put_integer(gaps, "cpu", probe->cpu);
	json_put_number(gaps, "fraction", probe->gap_fraction);
	json_put_number(gaps, "rate_per_s", probe->gap_rate_per_s);
	json_put_number(gaps, "max_ns", probe->gap_max_ns);
}

static void put_cpu(struct json *environment, const struct env *env)
{
	struct json *object = json_put_object(environment, "cpu");

	json_put_text(object, "model", env->cpu_model);
	json_put_text(object, "vendor", env->cpu_vendor);
	json_put_text(object, "id", env->cpu_id);
	json_put_text(object, "architecture", env->architecture);
	json_put_text(object, "microcode", env->microcode);
	json_put_text(object, "machine", env->machine_model);
	json_put_text(object, "bios", env->bios_version);
	json_put_text(object, "hypervisor", env->hypervisor);
	json_put_known(object, "memory_bytes", env->memory_bytes);
	json_put_known(object, "present", env->cpus_present);
	json_put_known(object, "online", env->cpus_online);
}

static void put_kernel(struct json *environment, const struct env *env, bool omit_cmdline)
{
	struct json *object = json_put_object(environment, "kernel");

	json_put_text(object, "name", env->kernel_name);
	json_put_text(object, "release", env->kernel_release);
	json_put_text(object, "version", env->kernel_version);
	json_put_text(object, "cmdline", omit_cmdline ? "" : env->cmdline);
	json_put_text(object, "mitigations", env->mitigations);
	json_put_text(object, "preemption", env->preemption);
	json_put_text(object, "distribution", env->distribution);
}

/* By how much the consumer's clock may be ahead of the producer's: what both looks allow. */
static void add_skew(struct json *array, const struct pair_skew *pair)
{
	struct clock_skew bounds = skew_common(&pair->before, &pair->after);
	struct json *object = json_add_object(array);
	struct json *cpus = json_put_array(object, "cpus");

	json_add_integer(cpus, pair->cpus.producer);
	json_add_integer(cpus, pair->cpus.consumer);
	json_put_pair(object, "bounds_ns", pair->reason[0] ? NAN : bounds.low_ns, bounds.high_ns);
	json_put_text(object, "reason", pair->reason);
}

/* Over all pairs of CPUs, then each pair. */
static void put_skew(struct json *clock, const struct conditions *conditions)
{
	struct clock_skew all = {0, 0};
	bool known = conditions->is_probed;

	for (size_t i = 0; i < conditions->skew_count; i++) {
		const struct pair_skew *pair = &conditions->skew[i];
		struct clock_skew bounds = skew_common(&pair->before, &pair->after);

		known = known && !pair->reason[0];
		all.low_ns = fmin(all.low_ns, bounds.low_ns);
		all.high_ns = fmax(all.high_ns, bounds.high_ns);
	}
	json_put_pair(clock, "skew_ns", known ? all.low_ns : NAN, all.high_ns);

	struct json *pairs = json_put_array(clock, "skew_of_pairs");

	for (size_t i = 0; i < conditions->skew_count; i++)
		add_skew(pairs, &conditions->skew[i]);
}

static void put_clock(
	struct json *environment, const struct env *env, const struct run_record *record)
{
	const struct clock_cost *clock = &record->clock;
	struct json *object = json_put_object(environment, "clock");

	json_put_text(object, "source", env->clocksource);
	json_put_number(object, "read_ns", clock->read_ns);
	json_put_number(object, "quantum_ns", clock->quantum_ns);
	put_skew(object, &record->conditions);
}

static void put_topology(struct json *environment, const struct topology *topology)
{
	struct json *object = json_put_object(environment, "topology");
	struct topology_counts counts = topology_count(topology);
	char summary[256];

	topology_describe(topology, summary, sizeof summary);
	json_put_string(object, "summary", summary);
	json_put_integer(object, "packages", counts.packages);
	json_put_integer(object, "numa_nodes", counts.numa_nodes);
	json_put_integer(object, "llcs", counts.llcs);
	json_put_integer(object, "cores", counts.cores);
	json_put_integer(object, "cpus", counts.cpus);
	json_put_integer(object, "allowed_cpus", counts.allowed_cpus);
	json_put_integer(object, "threads_per_core", counts.threads_per_core);
}

static void put_power(struct json *environment, const struct env *env)
{
	struct json *object = json_put_object(environment, "power");

	json_put_text(object, "governor", env->governor);
	json_put_text(object, "driver", env->cpufreq_driver);
	json_put_text(object, "boost", env->boost);
	json_put_text(object, "energy_preference", env->energy_preference);
	json_put_text(object, "idle_driver", env->idle_driver);
	json_put_text(object, "idle_governor", env->idle_governor);
}

static void put_checks(struct json *environment, const struct result_context *context)
{
	struct json *array = json_put_array(environment, "checks");
	struct check checks[CHECKS_MOST];

	for (size_t i = 0, n = checks_of(context->env, context->vitals, checks); i < n; i++) {
		struct json *object = json_add_object(array);

		json_put_string(object, "id", checks[i].id);
		json_put_string(object, "status", check_status_name(checks[i].status));
		json_put_string(object, "level", check_level_name(checks[i].level));
		json_put_text(object, "observed", checks[i].observed);
		json_put_string(object, "wanted", checks[i].wanted);
		json_put_string(object, "effect", checks[i].effect);
		json_put_text(object, "fix", checks[i].fix);
	}
}

struct json *result_environment(
	const struct run_record *record, const struct result_context *context)
{
	const struct env *env = context->env;
	struct json *environment = json_object();
	char conditions[512];

	result_put_fingerprint(environment, env);
	put_cpu(environment, env);
	put_kernel(environment, env, context->omit_cmdline);
	put_clock(environment, env, record);
	put_topology(environment, context->topology);
	put_power(environment, env);

	struct json *settings = json_put_object(environment, "settings");

	for (size_t i = 0; i < env->settings_count; i++)
		json_put_string(settings, env->settings[i].name, env->settings[i].value);
	env_describe(env, conditions, sizeof conditions);
	json_put_string(environment, "conditions", conditions);
	put_checks(environment, context);
	return environment;
}
