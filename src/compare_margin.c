/* See compare_margin.h. */
#include "compare_margin.h"

#include "compare_metric.h"

static void raise(struct compare_margin *margin, double least, const char *from)
{
	if (least > margin->value) /* not where it is NaN */
		*margin = (struct compare_margin){least, from};
}

struct compare_margin compare_margin_of(const struct compare_policy *policy, const char *cell,
	size_t metric, double noise, double quantum)
{
	struct compare_margin margin = {compare_metrics[metric].margin, "default"};

	compare_policy_margin(policy, cell, metric, &margin.value, &margin.from);
	raise(&margin, 2 * noise, "a_a");
	raise(&margin, quantum, "quantum");
	return margin;
}
