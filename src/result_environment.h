/* The environment part of a result. */
#ifndef IPCMARK_RESULT_ENVIRONMENT_H
#define IPCMARK_RESULT_ENVIRONMENT_H

#include "result.h"

struct json *result_environment(
	const struct run_record *record, const struct result_context *context);

/* What of it `doctor` tells, too: the member "fingerprint" of a document, and an element of its
 * noise floor, the gaps of one CPU. */
void result_put_fingerprint(struct json *document, const struct env *env);
void result_add_gaps(struct json *floor, const struct cpu_probe *probe);

#endif
