/* The environment part of a result. */
#ifndef IPCMARK_RESULT_ENVIRONMENT_H
#define IPCMARK_RESULT_ENVIRONMENT_H

#include "result.h"

struct json *result_environment(
	const struct run_record *record, const struct result_context *context);

#endif
