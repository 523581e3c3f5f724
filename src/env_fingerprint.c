/* See env_fingerprint.h. */
#include "env_fingerprint.h"

#include "env_settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FIELD(member)                                 \
	{                                             \
#member, offsetof(struct env, member) \
	}

/* The name is hashed beside the value, so that a text that moves to another field makes a
 * difference. */
struct field {
	const char *name;
	size_t offset;
};

static const struct field hardware[] = {
	FIELD(cpu_model),
	FIELD(cpu_vendor),
	FIELD(cpu_id),
	FIELD(architecture),
	FIELD(machine_model),
	FIELD(hypervisor),
};

static const struct field firmware[] = {FIELD(microcode), FIELD(bios_version)};

static const struct field kernel[] = {
	FIELD(kernel_name),
	FIELD(kernel_release),
	FIELD(kernel_version),
	FIELD(cmdline),
	FIELD(mitigations),
	FIELD(preemption),
};

static const struct field tuning[] = {
	FIELD(governor),
	FIELD(cpufreq_driver),
	FIELD(boost),
	FIELD(energy_preference),
	FIELD(idle_driver),
	FIELD(idle_governor),
	FIELD(clocksource),
};

/* With its terminator, so that "ab", "c" differs from "a", "bc". */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	} while (*text++);
	return hash;
}

static uint64_t hash_pair(uint64_t hash, const char *name, const char *value)
{
	return hash_text(hash_text(hash, name), value);
}

static uint64_t hash_number(uint64_t hash, const char *name, int64_t value)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, value);
	return hash_pair(hash, name, text);
}

static uint64_t hash_fields(const struct env *env, const struct field *fields, size_t count)
{
	uint64_t hash = FNV_BASIS;

	for (size_t i = 0; i < count; i++)
		hash = hash_pair(hash, fields[i].name, (const char *)env + fields[i].offset);
	return hash;
}

static uint64_t hash_settings(uint64_t hash, const struct env *env)
{
	for (size_t i = 0; i < env->settings_count; i++) {
		const struct env_setting *setting = &env->settings[i];

		if (strncmp(setting->name, ENV_RLIMIT_PREFIX, strlen(ENV_RLIMIT_PREFIX)))
			hash = hash_pair(hash, setting->name, setting->value);
	}
	return hash;
}

/* A kernel keeps a few percent of the memory: 7.6 GiB seen are 8 GiB built in, 15.5 are 16. Up to
 * the next quarter of a power of two comes back to the sizes that are sold; to the next GiB would
 * not, as 62.7 of one kernel and 63.1 of another are one machine. */
static int64_t memory_nominal(int64_t bytes)
{
	if (bytes < 4)
		return bytes;
	int64_t step = (INT64_C(1) << (63 - __builtin_clzll((uint64_t)bytes))) / 4;

	return (bytes - 1) / step * step + step;
}

static void print(char out[17], uint64_t hash)
{
	snprintf(out, 17, "%016" PRIx64, hash);
}

void env_fingerprint(struct env *env)
{
	uint64_t hash = hash_fields(env, hardware, COUNT(hardware));

	hash = hash_number(hash, "memory", memory_nominal(env->memory_bytes));
	print(env->fingerprint_hardware, hash_number(hash, "cpus_present", env->cpus_present));
	print(env->fingerprint_firmware, hash_fields(env, firmware, COUNT(firmware)));
	print(env->fingerprint_kernel, hash_fields(env, kernel, COUNT(kernel)));
	hash = hash_number(
		hash_fields(env, tuning, COUNT(tuning)), "cpus_online", env->cpus_online);
	print(env->fingerprint_tuning, hash_settings(hash, env));
}
