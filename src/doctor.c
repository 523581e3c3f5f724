/* See doctor.h: the examination. */
#include "doctor.h"

#include <errno.h>
#include <math.h>

#include "checks.h"
#include "fail.h"
#include "host_lock.h"
#include "result_environment.h"
#include "version.h"

#define WATCH_NS 1000000000U

struct examination {
	struct env env;
	struct topology *topology;
	enum placement_class placement;
	struct cpu_pair cpus;
	struct cpu_probe probes[2];
	struct vitals vitals;
	char reason[FAIL_TEXT_BYTES]; /* why something was not measured */
};

/* Watching CPUs takes all of their time: not while another measurement needs it. */
static void measure(struct examination *examination)
{
	struct vitals *vitals = &examination->vitals;
	int lock, err = host_lock_take(&lock, &vitals->lock_holder);

	vitals->lock = err == -EADDRINUSE ? LOCK_HELD : err ? LOCK_UNKNOWN : LOCK_FREE;
	if (vitals->lock != LOCK_HELD)
		err = vitals_measure(vitals, examination->cpus, WATCH_NS, examination->probes);
	if (vitals->lock == LOCK_FREE)
		host_lock_release(lock);
	if (err)
		snprintf(examination->reason, sizeof examination->reason, "%s", fail_reason());
}

static void put_tool(struct json *document)
{
	struct json *tool = json_put_object(document, "tool");

	json_put_string(tool, "version", IPCMARK_VERSION);
	json_put_string(tool, "git", IPCMARK_GIT);
}

static void put_machine(struct json *document, const struct examination *examination)
{
	const struct env *env = &examination->env;
	char text[512];

	env_describe(env, text, sizeof text);
	json_put_string(document, "conditions", text);
	topology_describe(examination->topology, text, sizeof text);
	json_put_string(document, "topology", text);
	result_put_fingerprint(document, env);
}

static void put_measured(struct json *document, const struct examination *examination)
{
	const struct vitals *vitals = &examination->vitals;
	struct json *cpus, *floor;

	json_put_string(document, "placement", placement_name(examination->placement));
	cpus = json_put_array(document, "cpus");
	json_add_integer(cpus, examination->cpus.producer);
	json_add_integer(cpus, examination->cpus.consumer);
	json_put_number(document, "measured_s", vitals->probe_count ? WATCH_NS / 1e9 : NAN);
	json_put_text(document, "reason", examination->reason);
	floor = json_put_array(document, "noise_floor");
	for (size_t i = 0; i < vitals->probe_count; i++)
		result_add_gaps(floor, &vitals->probes[i]);
}

static void put_check(struct json *array, const struct check *check)
{
	struct json *object = json_add_object(array);

	json_put_string(object, "id", check->id);
	json_put_string(object, "status", check_status_name(check->status));
	json_put_text(object, "observed", check->observed);
	json_put_string(object, "wanted", check->wanted);
	json_put_string(object, "effect", check->effect);
	json_put_text(object, "fix", check->fix);
	json_put_boolean(object, "tunable", check->tunable);
}

static void put_checks(struct json *document, const struct examination *examination)
{
	struct json *array = json_put_array(document, "checks"), *counts;
	struct check checks[CHECKS_MOST];
	size_t of[CHECK_STATUSES] = {0};

	for (size_t i = 0, count = checks_of(&examination->env, &examination->vitals, checks);
		i < count; i++) {
		put_check(array, &checks[i]);
		of[checks[i].status]++;
	}
	counts = json_put_object(document, "counts");
	for (enum check_status status = 0; status < CHECK_STATUSES; status++)
		json_put_count(counts, check_status_name(status), of[status]);
}

struct json *doctor_examine(void)
{
	struct examination examination = {.topology = topology_load(NULL)};
	struct json *document = NULL;

	if (!examination.topology)
		return NULL;
	examination.placement = topology_nearest(examination.topology);
	if (topology_pair(examination.topology, examination.placement, &examination.cpus) == 0) {
		env_read(&examination.env, "");
		vitals_read(&examination.vitals, "");
		measure(&examination);
		document = json_object();
		json_put_string(document, "schema", "ipcmark-doctor/1");
		put_tool(document);
		put_machine(document, &examination);
		put_measured(document, &examination);
		put_checks(document, &examination);
	}
	topology_free(examination.topology);
	return document;
}

bool doctor_is_fit(const struct json *document)
{
	const struct json *counts = json_get(document, "counts");

	return json_integer(json_get(counts, "fail"), 1) == 0 &&
		json_integer(json_get(counts, "unknown"), 1) == 0;
}
