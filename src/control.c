/* See control.h. */
#include "control.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "rank.h"

#define DIFFERS_P      0.01
#define DIFFERS_PAIRS  8
#define DETECTED_P     0.05
#define DETECTED_PAIRS 6

static const char *const names[CONTROL_VERDICTS] = {
	[CONTROL_SAME] = "same",
	[CONTROL_DIFFERS] = "differs",
	[CONTROL_DETECTED] = "detected",
	[CONTROL_MISSED] = "missed",
	[CONTROL_TOO_FEW_RUNS] = "too few runs",
};

const char *control_verdict_name(enum control_verdict verdict)
{
	return names[verdict];
}

/* All but the verdict. */
static struct control_finding find(const double *base, const double *control, size_t count)
{
	double *x = memory_zeroed(count, sizeof *x), *y = memory_zeroed(count, sizeof *y);
	struct control_finding finding = {.verdict = CONTROL_TOO_FEW_RUNS};
	struct effect effect;

	for (size_t i = 0; i < count; i++) {
		if (!(base[i] > 0 && control[i] > 0))
			continue;
		x[finding.runs] = log(base[i]);
		y[finding.runs++] = log(control[i]);
	}
	effect = rank_paired(x, y, finding.runs);
	finding.ratio = exp(effect.shift);
	finding.ci95 = (struct interval){exp(effect.ci95.low), exp(effect.ci95.high)};
	finding.p = effect.p;
	free(x);
	free(y);
	return finding;
}

struct control_finding control_a_a(const double *base, const double *control, size_t count)
{
	struct control_finding finding = find(base, control, count);

	if (finding.runs >= DIFFERS_PAIRS)
		finding.verdict = finding.p <= DIFFERS_P ? CONTROL_DIFFERS : CONTROL_SAME;
	return finding;
}

struct control_finding control_positive(const double *base, const double *control, size_t count)
{
	struct control_finding finding = find(base, control, count);

	if (finding.runs >= DETECTED_PAIRS)
		finding.verdict = finding.p <= DETECTED_P && finding.ci95.low > 1 ? CONTROL_DETECTED
										  : CONTROL_MISSED;
	return finding;
}
