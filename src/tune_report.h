/* What tune says of the settings, a line each. */
#ifndef IPCMARK_TUNE_REPORT_H
#define IPCMARK_TUNE_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "tune_setting.h"

struct tune_voice {
	FILE *out;
	const char *prefix; /* of each line */
};

/* A set of states. */
#define TUNE_IN(state) (1u << (state))

/* One line for all files of a setting that have the same to say and are in one of the states. */
void tune_tell(const struct tune_voice *voice, const struct tune *tune, unsigned states);

/* One line that names the settings of which this machine has no file, but those of `leave`. */
void tune_tell_absent(const struct tune_voice *voice, const struct tune *tune, uint32_t leave);

#endif
